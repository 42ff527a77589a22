import { firstOf, type HttpOptions } from '../ask.ts';
import { type Answer, createMachine, type Draft, draft, type Pages } from '../machine.ts';
import type { Place } from '../network.ts';
import type { World } from '../world.ts';

/** A front address: hands every request to the first of these (scheme, machine, port) that answers it well. */
export const front = (world: World, name: string, stands: Place, behind: readonly string[], timeout = 2_500): Draft => {
  const kit = createMachine(world, name, stands);
  return draft(
    kit,
    kit.https(443, {
      '*': async ({ method, path, body }): Promise<Answer> => {
        const options: HttpOptions = method === 'GET' ? { timeout } : { method, body, timeout };
        let last: Answer = { status: 503, body: 'nobody behind this address' };
        return await firstOf(behind, async (machine) => {
          last = await kit.ask().http(`${machine}${path}`, options);
          if (last.status >= 500) throw new Error(last.body);
          return last;
        }).catch((error: Error) => (last.status >= 500 ? last : { status: 502, body: error.message }));
      },
    }),
  );
};

/** A machine with pages over https or http and nothing else. */
export const secured = (world: World, name: string, stands: Place, pages: Pages): Draft => {
  const kit = createMachine(world, name, stands);
  return draft(kit, kit.https(443, pages));
};
export const plain = (world: World, name: string, stands: Place, port: number, pages: Pages): Draft => {
  const kit = createMachine(world, name, stands);
  return draft(kit, kit.http(port, pages));
};
