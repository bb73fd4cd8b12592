import { ConfigReader } from '@backstage/config';
import { hostsWithCredentials } from './hostsWithCredentials';

describe('hostsWithCredentials', () => {
  it('leaves out hosts on which nothing can be created', () => {
    const config = new ConfigReader({
      integrations: {
        github: [
          { host: 'github.com' },
          { host: 'github.example.com', apps: [{ appId: 1 }] },
          { token: 't' },
        ],
        gitlab: [{ host: 'gitlab.com' }],
        gitea: [{ host: 'git.example.com', password: 'p' }],
      },
    });
    expect(hostsWithCredentials(config, 'github')).toEqual([
      'github.example.com',
      'github.com',
    ]);
    expect(hostsWithCredentials(config, 'gitlab')).toEqual([]);
    expect(hostsWithCredentials(config, 'gitea')).toEqual(['git.example.com']);
  });

  it('takes people who sign in to a host for credentials', () => {
    const config = new ConfigReader({
      auth: { providers: { gitlab: { production: {} } } },
      integrations: { gitlab: [{ host: 'gitlab.com' }] },
    });
    expect(hostsWithCredentials(config, 'gitlab')).toEqual(['gitlab.com']);
    expect(hostsWithCredentials(config, 'github')).toEqual([]);
  });

  it("does not count the portal's credentials where people's own are required", () => {
    const config = new ConfigReader({
      scaffolder: { requireScmUserCredentials: true },
      integrations: { github: [{ host: 'github.com', token: 't' }] },
    });
    expect(hostsWithCredentials(config, 'github')).toEqual([]);
  });
});
