import type { Landscape } from '../../infra/landscape/model.ts';
import type { Picture } from '../../monitors/picture.ts';
import { lasting, listed } from '../../monitors/words.ts';
import type { Tell, Voice } from '../commands/output.ts';
import type { Tried } from '../demo/clinician.ts';

/** So much of what clinicians meet is gathered into one line. */
const gatherMs = 2_000;

/** Tells what the clinicians meet, and how long before it the first warning came. */
export const createWitness = (voice: Voice, landscape: Landscape, picture: () => Picture | null, tell: Tell) => {
  const failing = new Set<string>();
  const gathered = { hit: new Map<string, Tried>(), back: new Map<string, Tried>() };
  let timer: NodeJS.Timeout | null = null;
  const danish = voice.language === 'da';
  const titles = (ids: readonly string[]) =>
    listed(
      [...new Set(ids)].map((id) => landscape.nodes[id]?.title[voice.language] ?? id),
      voice.language,
      3,
    );
  const warnedBefore = ({ at, workflow, site }: Tried): number | null => {
    const warned = (picture()?.alerts ?? [])
      .filter(({ about, firedAt, rule }) => firedAt !== null && rule !== 'impact' && 'affects' in about)
      .filter(
        ({ about }) =>
          'affects' in about && about.affects.some((one) => one.workflow === workflow && one.sites.includes(site)),
      )
      .map(({ firedAt }) => firedAt ?? at);
    return warned.length === 0 ? null : at - Math.min(...warned);
  };
  const say = (): void => {
    timer = null;
    const who = danish ? 'klinikere' : 'clinicians';
    const where = (tries: readonly Tried[]) =>
      `${titles(tries.map(({ workflow }) => workflow))} @ ${titles(tries.map(({ site }) => site))}`;
    const [hit, back] = [[...gathered.hit.values()], [...gathered.back.values()]];
    if (hit.length > 0) {
      const leads = hit.map((one) => warnedBefore(one)).filter((lead) => lead !== null);
      const lead =
        leads.length === 0
          ? ''
          : `; ${danish ? 'varslet' : 'warned'} ${lasting(Math.min(...leads), voice.language)} ${danish ? 'forinden' : 'before'}`;
      tell('bad', who, `${danish ? 'kan ikke arbejde' : 'cannot work'}: ${where(hit)}${lead}`);
    }
    if (back.length > 0) tell('good', who, `${danish ? 'arbejder igen' : 'work again'}: ${where(back)}`);
    gathered.hit.clear();
    gathered.back.clear();
  };
  return (tried: Tried): void => {
    const key = `${tried.workflow}@${tried.site}`;
    if (tried.ok === !failing.has(key)) return;
    if (tried.ok) failing.delete(key);
    else failing.add(key);
    const other = tried.ok ? gathered.hit : gathered.back;
    if (!other.delete(key)) (tried.ok ? gathered.back : gathered.hit).set(key, tried);
    if (timer === null) timer = setTimeout(say, gatherMs).unref();
  };
};
