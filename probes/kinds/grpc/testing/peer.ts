import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** grpc/health/v1/health.proto as protobufjs reads it: encoded and decoded by others than the probe. */
const proto = {
  nested: {
    grpc: {
      nested: {
        health: {
          nested: {
            v1: {
              nested: {
                HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
                HealthCheckResponse: {
                  fields: { status: { type: 'ServingStatus', id: 1 } },
                  nested: {
                    ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } },
                  },
                },
                Health: {
                  methods: { Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' } },
                },
              },
            },
          },
        },
      },
    },
  },
};

type Asked = { readonly service: string; readonly metadata: Metadata };
/** A serving status, or the error of the call. */
export type Answer = (asked: Asked) => { readonly status: string | number } | Partial<ServiceError>;

export const grpcPeer = async (
  answer: Answer | null,
  tls?: { readonly key: string; readonly cert: string },
): Promise<{ readonly target: string; readonly stop: () => void }> => {
  const server = new Server();
  // protobufjs' own type of such a description is narrower than what it reads.
  const definition = fromJSON(proto as unknown as Parameters<typeof fromJSON>[0], { enums: String, defaults: true })[
    'grpc.health.v1.Health'
  ];
  if (definition === undefined || 'format' in definition) throw new Error('expected a service');
  if (answer !== null)
    server.addService(definition as Parameters<Server['addService']>[0], {
      Check: (
        { request, metadata }: ServerUnaryCall<{ service: string }, object>,
        done: sendUnaryData<object>,
      ): void => {
        const said = answer({ service: request.service, metadata });
        if ('status' in said) done(null, said);
        else done(said);
      },
    });
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  );
  return { target: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
};
