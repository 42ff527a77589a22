import type { Text } from '../landscape/model.ts';

/**
 * Why something of a file is not in the landscape it became, or is there in other words. Nothing is left out without
 * one of these.
 */
export const reasons = {
  'unknown-key': { en: 'a key its own tool does not know', da: 'en nøgle, dens eget værktøj ikke kender' },
  'other-object': { en: 'no objective; left out', da: 'ikke et mål; udeladt' },
  'no-criticality': {
    en: 'nothing says how critical it is, nor what data it holds; supporting and internal were assumed',
    da: 'intet siger, hvor kritisk den er, eller hvilke data den har; supporting og internal er antaget',
  },
  'nothing-under-it': {
    en: 'nothing says what it stands on; add needs or checks before it is used',
    da: 'intet siger, hvad den hviler på; tilføj needs eller checks, før det bruges',
  },
  'another-id': { en: 'ids are kebab-case; it became %s', da: 'id’er er kebab-case; den blev til %s' },
  'no-service': {
    en: 'nothing says what service it is of; a solution of its own was made, %s',
    da: 'intet siger, hvilken tjeneste det hører til; det fik sin egen løsning, %s',
  },
  'no-window': {
    en: 'nothing says over what window; %s was assumed',
    da: 'intet siger over hvilket vindue; %s er antaget',
  },
  'full-objective': {
    en: 'an objective of 100 % leaves no budget, one of 0 % promises nothing; left out',
    da: 'et mål på 100 % giver intet budget, et på 0 % lover intet; udeladt',
  },
  labels: {
    en: 'labels of rules and alerts are made from the landscape: owner, criticality, site',
    da: 'labels på regler og alarmer laves af landskabet: ejer, kritikalitet, sted',
  },
  alerting: {
    en: 'alerts get their name, text and severity from the landscape, and their tiers from the SRE workbook',
    da: 'alarmer får navn, tekst og alvor af landskabet, og deres trin af SRE-arbejdsbogen',
  },
  'no-alerts': {
    en: 'a promise cannot be kept silent; route its alerts elsewhere, or mute them',
    da: 'et løfte kan ikke gøres tavst; send dets alarmer et andet sted hen, eller dæmp dem',
  },
  plugin: {
    en: 'a plugin is a program that makes rules; what it does is not run and not known; left out',
    da: 'et plugin er et program, der laver regler; det køres ikke, og hvad det gør, er ukendt; udeladt',
  },
  'rules-plugin': {
    en: 'a plugin that changes rules; not run',
    da: 'et plugin, der ændrer regler; køres ikke',
  },
  'raw-ratio': {
    en: 'a ratio without counts: every five minutes count the same, however much happened in them',
    da: 'et forhold uden antal: alle fem minutter tæller ens, uanset hvor meget der skete i dem',
  },
  rates: {
    en: 'a rate per second: shares are right, but fewestBad then means bad ones a second; write increase() to count',
    da: 'en rate i sekundet: andele er rigtige, men fewestBad betyder da dårlige i sekundet; skriv increase() for at tælle',
  },
  'fixed-range': {
    en: 'the range %s became {{window}}, so that every window can be asked for',
    da: 'området %s blev til {{window}}, så der kan spørges over alle vinduer',
  },
  'no-range': {
    en: 'a query of one moment; it was laid over the window: %s',
    da: 'et spørgsmål om ét øjeblik; det er lagt over vinduet: %s',
  },
  'other-source': {
    en: 'read from %s; only PromQL of a Prometheus can be asked; left out',
    da: 'læses fra %s; kun PromQL fra en Prometheus kan spørges; udeladt',
  },
  grouping: {
    en: 'one objective per group; one promise over all groups was made',
    da: 'ét mål for hver gruppe; der blev ét løfte over alle grupper',
  },
  'calendar-start': {
    en: 'a calendar window begins with its month, quarter or year at midnight; the start time was not kept',
    da: 'et kalendervindue begynder med sin måned, sit kvartal eller år ved midnat; starttiden er ikke beholdt',
  },
  'calendar-zone': {
    en: 'a calendar window follows the zone of the authority; its own, %s, was not kept',
    da: 'et kalendervindue følger myndighedens tidszone; dets egen, %s, er ikke beholdt',
  },
  'odd-calendar': {
    en: 'calendar windows are a month, a quarter or a year; a rolling %s was made',
    da: 'kalendervinduer er en måned, et kvartal eller et år; der blev et rullende på %s',
  },
  'uneven-length': {
    en: 'a rolling window has a fixed length; %s was made',
    da: 'et rullende vindue har en fast længde; der blev %s',
  },
  'slice-length': {
    en: 'slices of requests are steps of five minutes that divide a day; %s was made',
    da: 'udsnit af forespørgsler er trin på fem minutter, der går op i et døgn; der blev %s',
  },
  composite: {
    en: 'a composite burns when any part does; each part became a promise, the whole is a workflow that needs them',
    da: 'et sammensat mål brænder, når en del gør; hver del blev et løfte, helheden er en arbejdsgang, der kræver dem',
  },
  description: { en: 'a solution has a title, no description', da: 'en løsning har en titel, ingen beskrivelse' },
  'own-rules': {
    en: 'how rules are recorded is the engine’s part, not the promise’s',
    da: 'hvordan regler optages, er motorens sag, ikke løftets',
  },
  weight: { en: 'parts have no weights', da: 'dele har ingen vægt' },
  'data-source': {
    en: 'where the engine is, and how to log in, belongs under authority.engine; secrets are never copied',
    da: 'hvor motoren er, og hvordan man logger ind, hører under authority.engine; hemmeligheder kopieres aldrig',
  },
  notification: {
    en: 'whom to tell belongs under teams, as notify',
    da: 'hvem der skal have besked, hører under teams, som notify',
  },
} as const satisfies Readonly<Record<string, Text>>;

export type Reason = keyof typeof reasons;
