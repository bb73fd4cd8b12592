import type { WorkspaceProvider } from '@backstage/plugin-scaffolder-node/alpha';
import { InputError } from '@backstage/errors';
import fs from 'fs-extra';
import type { Knex } from 'knex';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as tar from 'tar';

interface ChunkRow {
  task_id: string;
  position: number;
  content: Buffer;
}

const CHUNK_BYTES = 1024 * 1024;
const MIB = 1024 * 1024;

/**
 * Keeps the files of a running task in Postgres, so that another replica can go
 * on with it.
 *
 * @remarks
 *
 * The archive is streamed in both directions, in pieces of 1 MiB: neither the
 * process nor Postgres ever holds all of it at once. A new archive replaces the
 * one before in a single transaction, so that a crash leaves one of the two.
 */
export class PostgresWorkspaceProvider implements WorkspaceProvider {
  readonly #client: Knex;
  readonly #maxBytes: number;

  static create(options: {
    client: Knex;
    maxSizeMiB: number;
  }): PostgresWorkspaceProvider {
    return new PostgresWorkspaceProvider(
      options.client,
      options.maxSizeMiB * MIB,
    );
  }

  private constructor(client: Knex, maxBytes: number) {
    this.#client = client;
    this.#maxBytes = maxBytes;
  }

  /** @throws InputError when the files are more than the configured limit. */
  async serializeWorkspace(options: {
    path: string;
    taskId: string;
  }): Promise<void> {
    const { path, taskId } = options;
    await this.#client.transaction(async trx => {
      // Inserting first also makes a second writer of this task wait.
      await trx('slipway_workspaces')
        .insert({ task_id: taskId, size: 0, updated_at: trx.fn.now() })
        .onConflict('task_id')
        .merge();
      await trx('slipway_workspace_chunks').where({ task_id: taskId }).delete();

      let size = 0;
      const measure = new Transform({
        transform: (data: Buffer, _encoding, done) => {
          size += data.length;
          done(size > this.#maxBytes ? this.#tooLarge() : null, data);
        },
      });
      await pipeline(
        Readable.from(tar.create({ cwd: path, portable: true }, ['.'])),
        measure,
        createGzip({ level: 1 }),
        async source => {
          let position = 0;
          for await (const content of inChunks(source)) {
            await trx('slipway_workspace_chunks').insert({
              task_id: taskId,
              position,
              content,
            });
            position += 1;
          }
        },
      );
      await trx('slipway_workspaces')
        .where({ task_id: taskId })
        .update({ size });
    });
  }

  async rehydrateWorkspace(options: {
    taskId: string;
    targetPath: string;
  }): Promise<void> {
    const { taskId, targetPath } = options;
    // What a crashed step left half written must not look finished.
    await fs.emptyDir(targetPath);
    await this.#client.transaction(
      async trx => {
        const found = await trx('slipway_workspaces')
          .where({ task_id: taskId })
          .first('task_id');
        if (found) {
          await pipeline(
            Readable.from(readChunks(trx, taskId)),
            createGunzip(),
            tar.extract({ cwd: targetPath, strict: true }),
          );
        }
      },
      // All pieces have to be of one archive, also when a new one comes meanwhile.
      { isolationLevel: 'repeatable read', readOnly: true },
    );
  }

  async cleanWorkspace(options: { taskId: string }): Promise<void> {
    await this.#client('slipway_workspaces')
      .where({ task_id: options.taskId })
      .delete();
  }

  /**
   * Deletes what is left of tasks that failed and were never taken up again.
   * @returns how many there were
   */
  async cleanOlderThan(days: number): Promise<number> {
    return this.#client('slipway_workspaces')
      .where(
        'updated_at',
        '<',
        this.#client.raw(`now() - make_interval(days => ?)`, [days]),
      )
      .delete();
  }

  #tooLarge(): InputError {
    return new InputError(
      `The files of this task are more than ${this.#maxBytes / MIB} MiB, too much to keep for its recovery. ` +
        `Leave build output (such as node_modules) out of the template, or raise scaffolder.slipway.workspace.maxSizeMiB.`,
    );
  }
}

async function* readChunks(knex: Knex, taskId: string): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += 1) {
    const row = await knex<ChunkRow>('slipway_workspace_chunks')
      .where({ task_id: taskId, position })
      .first('content');
    if (!row) {
      return;
    }
    yield row.content;
  }
}

async function* inChunks(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const part of source) {
    parts.push(part);
    length += part.length;
    while (length >= CHUNK_BYTES) {
      const all = Buffer.concat(parts);
      yield all.subarray(0, CHUNK_BYTES);
      const rest = all.subarray(CHUNK_BYTES);
      parts = [rest];
      length = rest.length;
    }
  }
  if (length > 0) {
    yield Buffer.concat(parts);
  }
}
