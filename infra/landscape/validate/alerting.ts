import { type Path, type Problem, problem } from '../findings.ts';
import type { Target } from '../model.ts';
import { addresses, crossesPlainly, isUrl, socket, wrongAddress } from './addresses.ts';
import type { Rule } from './context.ts';

const page = { ...addresses.url, expected: 'an address such as https://forvarsel.region.example' };
const url = (path: Path, target: Target): readonly Problem[] =>
  'text' in target ? wrongAddress(path, target.text, page) : [];

const places: Rule = ({ landscape: { authority } }) => {
  const { mail, alertmanagers, engine, links } = authority;
  return [
    ...(mail === null ? [] : wrongAddress(['authority', 'mail', 'smarthost'], mail.smarthost, socket)),
    ...alertmanagers.flatMap((target, index) => url(['authority', 'alertmanagers', index], target)),
    ...(engine === null ? [] : url(['authority', 'engine', 'url'], engine.url)),
    ...(['console', 'runbooks'] as const).flatMap((key) => {
      const text = links[key];
      return text === null ? [] : wrongAddress(['authority', 'links', key], text, page);
    }),
  ];
};

const credentials: Rule = ({ landscape: { authority } }) => {
  const { engine } = authority;
  if (engine === null) return [];
  const { url: at, token, basic } = engine;
  const path = ['authority', 'engine'];
  const plain = 'text' in at && isUrl(at.text) && crossesPlainly(at.text);
  return [
    ...(token === null || basic === null
      ? []
      : [
          problem('two-credentials', [...path, 'basic'], {
            expected: 'a token or a user and password',
            got: 'both',
            remedy: 'remove one: a request carries one authorization',
          }),
        ]),
    ...((token === null && basic === null) || !plain
      ? []
      : [
          problem('open-engine', [...path, 'url'], {
            expected: 'https, as a credential is sent',
            got: 'http',
            remedy: 'give the engine a certificate, and write https here',
          }),
        ]),
  ];
};

const mail: Rule = ({ landscape: { authority, teams } }) =>
  authority.mail !== null
    ? []
    : Object.values(teams).flatMap(({ id, notify }) =>
        notify.flatMap((one, index) =>
          'email' in one
            ? [
                problem('mail-without-relay', ['teams', id, 'notify', index], {
                  expected: 'authority.mail with a smarthost',
                  got: 'none',
                  remedy: 'name the relay: nothing is sent without one',
                }),
              ]
            : [],
        ),
      );

/** What is told reaches somebody. */
export const alerting: readonly Rule[] = [places, credentials, mail];
