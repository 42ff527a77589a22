import { createPage, labelsOf } from '../../series/page.ts';
import { certificate } from './certificate.ts';
import { http } from './http.ts';
import { dns, grpc, icmp } from './others.ts';
import { own } from './own.ts';
import { tcp, unix } from './stream.ts';
import { address, always, type Family, type Prober, type Told } from './told.ts';

const byProber: Readonly<Record<Prober, readonly Family[]>> = {
  http,
  tcp,
  unix,
  icmp,
  dns,
  grpc,
};

/** The page of one run that measured something, in the words of blackbox_exporter and sorted as it sorts. */
export const probePage = (told: Told): string => {
  const families = [
    ...always,
    ...(told.prober === null ? [...address, ...certificate] : byProber[told.prober]),
    ...own,
  ];
  const page = createPage();
  for (const { name, help, of } of families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    page.family(name, 'gauge', help);
    const series = of(told);
    for (const { labels = {}, value } of typeof series === 'number' ? [{ value: series }] : (series ?? []))
      page.sample(name, labelsOf(labels), value);
  }
  return page.text();
};
