import type { Component, Components } from './form.ts';
import { datacenters, hospitals, tcp } from './parts.ts';

const ways = ['a', 'b'];
const routeOf = (hospital: string, there: string, way: string): string => `route-${hospital}-${there}-${way}`;

/** The two ways from a hospital to a datacenter; they leave the building at different ends. */
export const waysTo = (hospital: string, there: string): string[] => ways.map((way) => routeOf(hospital, there, way));

const places: Readonly<Record<string, string>> = {
  auh: 'AUH',
  rhv: 'RH Viborg',
  goedstrup: 'Gødstrup',
  horsens: 'Horsens',
  randers: 'Randers',
  aarhus: 'Aarhus',
  viborg: 'Viborg',
};

/** One way: its far-end router, at the datacenter, which only that hospital reaches that way. */
const route = (hospital: string, there: string, way: string): Component => {
  const ends = `${places[hospital]}–${places[there]}, ${way}`;
  const id = routeOf(hospital, there, way);
  return {
    title: { da: `Føringsvej ${ends}`, en: `Route ${ends}` },
    site: there,
    owner: 'infrastructure',
    checks: { way: tcp(id, 7, { vantages: [hospital] }) },
    runbook: 'route-lost',
    firstAction: {
      da: 'Se om den anden føringsvej bærer trafikken, og meld fejlen til fiberleverandøren med linjens nummer.',
      en: "See that the other route carries the traffic, then report the fault to the fibre provider with the line's number.",
    },
  };
};

export const routes: Components = Object.fromEntries(
  hospitals.flatMap((hospital) =>
    datacenters.flatMap((there) => ways.map((way) => [routeOf(hospital, there, way), route(hospital, there, way)])),
  ),
);
