import { redactSecrets } from './redactSecrets';

describe('redactSecrets', () => {
  it('takes out what a key calls a secret, however deep, and leaves the rest', () => {
    expect(
      redactSecrets({
        secretEncryption: { provider: 'vault' },
        secrets: [{ name: 'api-keys', source: 'vault-secrets' }],
        channels: [
          { type: 'slack', webhookUrl: 'https://hooks.example/x' },
          { type: 'pagerduty', integrationKey: 'xxx', 'api-key': 'y' },
        ],
        database: { password: 'hunter2', port: 5432, host: null },
      }),
    ).toEqual({
      secretEncryption: { provider: 'vault' },
      secrets: [{ name: 'api-keys', source: 'vault-secrets' }],
      channels: [
        { type: 'slack', webhookUrl: '(redacted)' },
        {
          type: 'pagerduty',
          integrationKey: '(redacted)',
          'api-key': '(redacted)',
        },
      ],
      database: { password: '(redacted)', port: 5432, host: null },
    });
  });
});
