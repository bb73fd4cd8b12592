import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ConflictError, isError, NotFoundError } from '@backstage/errors';
import {
  checkBackupName,
  RetryableError,
  type BackupStore,
} from '@slipway/plugin-databases-node';
import type { S3BackupsConfig } from './config';
import { ContentFailure } from './cutParts';
import { isAbsent, statusOf, toStoreError } from './errors';
import { PartedUpload } from './PartedUpload';

/** 10,000 parts are the most that a file has: up to 312 GiB. Some of them are in memory at once. */
const PART_BYTES = 32 * 2 ** 20;
/** After so long an upload is nobody's any more. */
const DEAD_MS = 3 * 24 * 60 * 60_000;
/** By which a writer knows its own file again when the answer was lost. */
const WRITER = 'slipway-writer';

type Options = Pick<S3BackupsConfig, 'bucket' | 'prefix' | 'kmsKeyId'> & {
  client: S3Client;
  /** 32 MiB when left out; for tests. */
  partBytes?: number;
  /** Three days when left out; for tests. */
  deadMs?: number;
};

/**
 * Backups in S3, or in storage that speaks as it does.
 *
 * @remarks
 *
 * A file is there once its last part was confirmed. The storage sees to it that none is replaced (`If-None-Match`); one that does not
 * know this is at least asked first. What a killed portal has begun is thrown away by a later one.
 *
 * @public
 */
export class S3BackupStore implements BackupStore {
  readonly id = 's3';
  readonly title = 'S3-compatible storage';
  readonly #options: Options;

  static create(options: Options): S3BackupStore {
    return new S3BackupStore(options);
  }

  private constructor(options: Options) {
    this.#options = options;
  }

  async write(
    name: string,
    content: Readable,
    options: { signal?: AbortSignal } = {},
  ): Promise<{ sizeBytes: number }> {
    // It may fail before it is read, and an error that nobody listens to would end the process.
    content.on('error', () => {});
    const stop = () => content.destroy(stopped());
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      checkBackupName(name);
      if (options.signal?.aborted) throw stopped();
      await this.#throwDeadAway();
      if (await this.#find(name)) throw isThere(name);
      return await this.#upload(name, content, options.signal);
    } finally {
      options.signal?.removeEventListener('abort', stop);
      // Otherwise whoever writes into it would wait for ever.
      content.destroy();
    }
  }

  async read(
    name: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Readable> {
    checkBackupName(name);
    const found = await unlessAbsent(() =>
      this.#options.client.send(new GetObjectCommand(this.#placeOf(name)), {
        abortSignal: options.signal,
      }),
    );
    if (!found) {
      throw new NotFoundError(`There is no backup '${name}' in the storage`);
    }
    const body = found.Body as Readable;
    const content = Readable.from(readAll(body), {
      objectMode: false,
      signal: options.signal,
    });
    content.once('close', () => body.destroy());
    return content;
  }

  async remove(name: string): Promise<void> {
    checkBackupName(name);
    await unlessAbsent(() =>
      this.#options.client.send(new DeleteObjectCommand(this.#placeOf(name))),
    );
  }

  async #upload(
    name: string,
    content: Readable,
    signal: AbortSignal | undefined,
  ): Promise<{ sizeBytes: number }> {
    const { client, kmsKeyId, partBytes = PART_BYTES } = this.#options;
    const writer = randomUUID();
    const upload = PartedUpload.create({
      client,
      file: {
        ...this.#placeOf(name),
        ContentType: 'application/octet-stream',
        Metadata: { [WRITER]: writer },
        ...(kmsKeyId && {
          ServerSideEncryption: 'aws:kms',
          SSEKMSKeyId: kmsKeyId,
        }),
      },
      partBytes,
      signal,
    });
    try {
      await upload.run(content);
      return { sizeBytes: upload.sizeBytes };
    } catch (error) {
      const there = upload.mayBeThere ? await this.#find(name) : undefined;
      const isOurs = there?.Metadata?.[WRITER] === writer;
      if (signal?.aborted) {
        if (isOurs) await this.remove(name);
        throw stopped();
      }
      if (error instanceof ContentFailure) throw error.why;
      // The answer was lost, and perhaps the call sent again, which was then refused.
      if (isOurs) return { sizeBytes: upload.sizeBytes };
      throw statusOf(error) === 412 ? isThere(name) : toOurs(error);
    }
  }

  async #find(name: string): Promise<HeadObjectCommandOutput | undefined> {
    return unlessAbsent(() =>
      this.#options.client.send(new HeadObjectCommand(this.#placeOf(name))),
    );
  }

  /** Parts of uploads that a killed portal has begun cost money, and are seen nowhere. */
  async #throwDeadAway(): Promise<void> {
    const { client, bucket: Bucket, prefix, deadMs = DEAD_MS } = this.#options;
    try {
      const { Uploads = [] } = await client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }),
      );
      for (const { Key, UploadId, Initiated } of Uploads) {
        if (Initiated && Date.now() - Initiated.getTime() > deadMs) {
          await client.send(
            new AbortMultipartUploadCommand({ Bucket, Key, UploadId }),
          );
        }
      }
    } catch {
      // Not all storage can list them, and whoever may not is told so in the README.
    }
  }

  #placeOf(name: string) {
    const { bucket, prefix } = this.#options;
    return { Bucket: bucket, Key: `${prefix}${name}` };
  }
}

async function* readAll(body: Readable): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw toStoreError(error);
  }
}

async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toStoreError(error);
  }
}

/** What is ours already stays as it is. */
function toOurs(error: unknown): Error {
  return isError(error) &&
    ['TerminalError', 'RetryableError'].includes(error.name)
    ? error
    : toStoreError(error);
}

function isThere(name: string): ConflictError {
  return new ConflictError(`There is a backup '${name}' already`);
}

function stopped(): RetryableError {
  return new RetryableError('Stopped before the backup was written');
}
