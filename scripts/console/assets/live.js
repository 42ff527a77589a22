// Keeps the page alive: swaps <main> when there is a new picture, and says so when what is shown has grown old.
// What counts is the age of what is on the screen, whatever the reason: a lost line, a sleeping phone, a judge that stopped.

const gapMs = 2_000;
const pollMs = 5_000;

/** Counted on both clocks: one stands still while the machine sleeps, the other can be set back. */
const shownSince = () => {
  const age = Number(document.querySelector('main')?.dataset.age ?? 0);
  return { mono: performance.now() - age, wall: Date.now() - age };
};
let shown = shownSince();
let busy = false;
let wanted = false;
let asked = 0;

const ageNow = () => Math.max(performance.now() - shown.mono, Date.now() - shown.wall);

const say = (text) => {
  const said = document.querySelector('#said');
  if (said && said.textContent !== text) said.textContent = text;
};

const showAge = () => {
  const limit = Number(document.querySelector('main')?.dataset.staleAfter ?? 0);
  const banner = document.querySelector('#stale');
  if (!banner || limit === 0) return;
  const age = ageNow();
  const old = age > limit;
  banner.hidden = !old;
  document.documentElement.toggleAttribute('data-stale', old);
  if (!old) return;
  document.title = banner.dataset.title ?? document.title;
  const seconds = Math.floor(age / 1000);
  const { template = '', minute, second } = banner.dataset;
  const rest = seconds >= 600 || seconds % 60 === 0 ? '' : ` ${seconds % 60} ${second}`;
  const span = seconds < 90 ? `${seconds} ${second}` : `${Math.floor(seconds / 60)} ${minute}${rest}`;
  const text = template.replace('{age}', span);
  const paragraph = banner.querySelector('p');
  if (paragraph && paragraph.textContent !== text) paragraph.textContent = text;
};

/** Where the reader was: the focused link, the opened details, the scrolled regions. */
const placeIn = (main) => {
  const active = main.contains(document.activeElement) ? document.activeElement : null;
  const href = active?.getAttribute('href');
  const same = href ? [...main.querySelectorAll('a')].filter((link) => link.getAttribute('href') === href) : [];
  return {
    id: active?.id || active?.closest('details')?.id,
    summary: active?.tagName === 'SUMMARY',
    href,
    index: same.indexOf(active),
    open: [...main.querySelectorAll('details[open]')].map((details) => details.id),
    scrolled: [...main.querySelectorAll('.scroll')].map((region) => region.scrollLeft),
  };
};

const focusIn = (main, { id, summary, href, index }) => {
  if (href) return [...main.querySelectorAll('a')].filter((link) => link.getAttribute('href') === href)[index];
  const found = id ? document.getElementById(id) : null;
  return summary ? found?.querySelector('summary') : found;
};

const swap = (next) => {
  const main = document.querySelector('main');
  const fresh = next.querySelector('main');
  if (!main || !fresh) return;
  const place = placeIn(main);
  const known = new Set([...main.querySelectorAll('details')].map((details) => details.id));
  const before = main.querySelector('h1')?.textContent;
  main.replaceChildren(...fresh.childNodes);
  if (fresh.dataset.age) main.dataset.age = fresh.dataset.age;
  if (fresh.dataset.staleAfter) main.dataset.staleAfter = fresh.dataset.staleAfter;
  // What is new on the page opens as the page says.
  for (const details of main.querySelectorAll('details'))
    if (known.has(details.id)) details.open = place.open.includes(details.id);
  for (const [index, region] of [...main.querySelectorAll('.scroll')].entries())
    region.scrollLeft = place.scrolled[index] ?? 0;
  focusIn(main, place)?.focus({ preventScroll: true });
  document.title = next.title;
  const after = main.querySelector('h1')?.textContent;
  if (after && after !== before) say(after);
  shown = shownSince();
  showAge();
};

const selecting = () => {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && document.querySelector('main')?.contains(selection.anchorNode);
};

const refresh = async () => {
  wanted = true;
  if (busy || document.hidden || selecting() || performance.now() - asked < gapMs) return;
  busy = true;
  wanted = false;
  asked = performance.now();
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(8_000) });
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // The banner says what has to be said: the age of what is shown goes on growing.
  } finally {
    busy = false;
  }
};

new EventSource('/live').addEventListener('changed', refresh);
setInterval(() => {
  showAge();
  if (wanted || performance.now() - asked > pollMs) refresh();
}, 1_000);
for (const event of ['visibilitychange', 'pageshow', 'online']) {
  addEventListener(event, () => {
    showAge();
    asked = 0;
    refresh();
  });
}
showAge();
