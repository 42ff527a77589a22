/** What iputils' `ping` prints, read. */
export type Replies = {
  /** Seconds, in the order of the packets that came back; a duplicate counts once. */
  readonly times: readonly number[];
  readonly hopLimit: number | null;
  /** What a machine on the way said of our packets, if one did. */
  readonly refused: string | null;
  /** Why nothing was sent at all, if so. */
  readonly ours: string | null;
};

const reply = /\bicmp_seq=(\d+) (?:ttl|hlim)=(\d+) time=([\d.]+) ms/;
const duplicate = /\(DUP!\)/;
/** A machine that sends us another way has not refused us. */
const onTheWay = /^From \S+ icmp_seq=\d+ (?!Redirect)(.+)$/m;
const sending = /^ping: (?!warning)(.+)$/im;

export const repliesOf = (said: string): Replies => {
  const seen = new Map<string, number>();
  let hopLimit: number | null = null;
  for (const line of said.split('\n')) {
    const [, seq, hops, ms] = reply.exec(line) ?? [];
    if (seq === undefined || duplicate.test(line) || seen.has(seq)) continue;
    seen.set(seq, Number(ms) / 1000);
    hopLimit = Number(hops);
  }
  return {
    times: [...seen.values()].filter(Number.isFinite),
    hopLimit,
    refused: onTheWay.exec(said)?.[1] ?? null,
    ours: sending.exec(said)?.[1] ?? null,
  };
};

/** Population standard deviation, as `ping` calls mdev. */
export const spreadOf = (times: readonly number[]) => {
  const sum = times.reduce((total, one) => total + one, 0);
  const avg = sum / times.length;
  const square = times.reduce((total, one) => total + (one - avg) ** 2, 0) / times.length;
  return { min: Math.min(...times), avg, max: Math.max(...times), stddev: Math.sqrt(square) };
};
