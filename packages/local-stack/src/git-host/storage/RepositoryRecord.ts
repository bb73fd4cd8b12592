import { z } from 'zod';

/** What somebody may do to a repository; each includes the ones before it. */
export const permissionSchema = z.enum(['read', 'write', 'admin']);

/** @see permissionSchema */
export type Permission = z.infer<typeof permissionSchema>;

/** What is known of a repository beside git's own data; kept as `host.json` inside the bare repository. */
export const repositoryRecordSchema = z.object({
  id: z.number().int(),
  owner: z.string(),
  name: z.string(),
  description: z.string(),
  private: z.boolean(),
  defaultBranch: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** People by name. The creator is one of them, as administrator. */
  collaborators: z.record(z.string(), permissionSchema),
  /** Groups by name. */
  teams: z.record(z.string(), permissionSchema),
});

/** @see repositoryRecordSchema */
export type RepositoryRecord = z.infer<typeof repositoryRecordSchema>;

/** The key under which names that differ in case only meet. */
export function repositoryKey(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}
