import { asserts, finalStep, namesOf, type ScenarioStep } from '../../../infra/landscape/kinds/scenario.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { createVault, discreet } from '../../discretion/vault.ts';
import type { Phase, Probe, ProbeContext } from '../../observation.ts';
import { endedOf, failureOf, ProbeFailure } from '../../wire/failure.ts';
import { urlOf } from '../../wire/http/follow.ts';
import { createJar } from '../../wire/http/jar.ts';
import type { Answer } from '../../wire/http/request.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { playStep, type Stage } from './step.ts';
import { createVariables } from './variables.ts';

/** Of the deadline, what is kept for cleaning up when a step before it hangs. */
const kept = 0.2;

/** Rejects when the signal ends, so that a step cannot outlive it by waiting for something deaf to it. */
const unlessEnded = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  work.catch(() => undefined);
  let forget = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const listener = () => reject(signal.reason);
    forget = () => signal.removeEventListener('abort', listener);
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
  });
  return await Promise.race([work, ended]).finally(forget);
};

/** Notes of one step: which phase it is in, and silence once it is over, for what goes on in the background. */
const notesOfStep = (notes: Notes) => {
  let phase: Phase | null = null;
  let over = false;
  const own: Notes = {
    ...notes,
    enter: (next) => {
      if (over) return;
      phase = next;
      notes.enter(next);
    },
    say: (line) => {
      if (!over) notes.say(line);
    },
  };
  return {
    notes: own,
    phase: () => phase,
    end: () => {
      over = true;
    },
  };
};

type Play = { readonly stage: Stage; readonly context: ProbeContext; readonly notes: Notes };

/** One step to its end; a failure says which step it was, with nothing in it that is hidden. */
const play = async (step: ScenarioStep, page: Answer | null, { stage, context, notes }: Play): Promise<Answer> => {
  const own = notesOfStep(notes);
  notes.step(step.name);
  notes.say(`step ${step.name}`);
  try {
    return await unlessEnded(context.signal, playStep(step, stage, { context, notes: own.notes, page }));
  } catch (error) {
    const known = error instanceof ProbeFailure;
    const failure =
      context.signal.aborted && !known ? endedOf(context.signal, own.phase()) : failureOf(error, own.phase());
    throw new ProbeFailure(failure.reason, `in step ${step.name}, ${stage.vault.mask(failure.message)}`, failure);
  } finally {
    own.end();
  }
};

/** A deadline a little before the attempt's own, for all steps but those that clean up. */
const earlier = (context: ProbeContext, withinMs: number, notes: Notes): ProbeContext => {
  const deadline = new AbortController();
  const late = () => deadline.abort(new DOMException('only time for cleaning up is left', 'TimeoutError'));
  const timer = setTimeout(late, withinMs);
  notes.hold(() => clearTimeout(timer));
  return { ...context, signal: AbortSignal.any([context.signal, deadline.signal]) };
};

/**
 * Plays the steps in order over new connections, with one cookie jar. After a failure only the steps that clean up are
 * played, each that has what it needs; the first failure is what the run says. It is a transaction only when what the
 * last step (not for cleaning up) expects was declared, and held.
 */
export const scenario: Probe = (aim, context) =>
  measure(aim, context, async (loud) => {
    const options = optionsOf(aim.check, 'scenario');
    const vault = createVault();
    const notes = discreet(loud, vault);
    const variables = createVariables(aim, options, vault);
    const stage: Stage = { aim, options, base: urlOf(aim.target), jar: await createJar(), vault, variables };
    const tidies = options.steps.some(({ always }) => always === true);
    const main = tidies ? earlier(context, aim.check.timeoutMs * (1 - kept), notes) : context;
    let page: Answer | null = null;
    let failure: unknown = null;
    for (const step of options.steps) {
      const tidying = step.always === true;
      if (failure !== null && !tidying) continue;
      if (failure !== null && ![...namesOf([step.url, step.headers, step.body, step.submit])].every(variables.has)) {
        notes.say(`step ${step.name} is left out, what it needs was never captured`);
        continue;
      }
      context.signal.throwIfAborted();
      try {
        page = await play(step, page, { stage, context: tidying ? context : main, notes });
      } catch (error) {
        failure ??= error;
        // A deadline that passes while cleaning up must not hide why there is something to clean up.
        if (error instanceof ProbeFailure) notes.ifLate(() => (failure instanceof ProbeFailure ? failure : error));
      }
    }
    if (failure !== null) throw failure;
    if (!asserts(finalStep(options))) return;
    notes.reach('transaction');
    notes.asserted();
  });
