import { endpointOfRds } from './resolveEndpoint';

describe('endpointOfRds', () => {
  const Endpoint = { Address: 'a.eu-central-1.rds.amazonaws.com', Port: 5432 };

  it('is where RDS says, by TLS against the given authorities or those of the system', () => {
    const at = { host: Endpoint.Address, port: 5432 };
    expect(endpointOfRds('PEM')({ Endpoint })).toEqual({
      ...at,
      ssl: { ca: 'PEM' },
    });
    expect(endpointOfRds(undefined)({ Endpoint })).toEqual({
      ...at,
      ssl: true,
    });
  });

  it('is not known while the instance is being made', () => {
    expect(endpointOfRds(undefined)({})).toBeUndefined();
  });
});
