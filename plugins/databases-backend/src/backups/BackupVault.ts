import { randomBytes } from 'node:crypto';
import { PassThrough, pipeline, Readable, type Writable } from 'node:stream';
import { TerminalError } from '@slipway/operations';
import type {
  BackupStore,
  SecretRef,
  SecretStore,
} from '@slipway/plugin-databases-node';
import { Measure } from './measure';
import { newFileKey, openingStream, sealingStream } from './sealedFile';

/** What a file holds, and what it is known by. */
export interface SealedFile {
  /** Of what is inside. */
  sizeBytes: number;
  /** Of the file. */
  storedBytes: number;
  /** Of the file, in hexadecimal. */
  sha256: string;
}

/**
 * Keeps backups sealed: each file with a key of its own, which is kept where the passwords of applications are. Without its
 * key a file is noise, so that a file is as good as gone once its key is forgotten; to all but those who recover what the portal
 * has lost, where there are such.
 */
export class BackupVault {
  readonly #store: BackupStore;
  readonly #secrets: SecretStore;
  readonly #recipients: string[];

  /** @param deps - `recipients`: whose identities open the files too */
  static create(deps: {
    store: BackupStore;
    secrets: SecretStore;
    recipients?: string[];
  }): BackupVault {
    return new BackupVault(deps);
  }

  private constructor(deps: {
    store: BackupStore;
    secrets: SecretStore;
    recipients?: string[];
  }) {
    this.#store = deps.store;
    this.#secrets = deps.secrets;
    this.#recipients = deps.recipients ?? [];
  }

  /** Of the store, as it is written beside each file. */
  get storeId(): string {
    return this.#store.id;
  }

  /** For people. */
  get title(): string {
    return this.#store.title;
  }

  /** A name that no file had before: what an attempt leaves behind is never taken for what another one wrote. */
  newName(databaseId: string, backupId: string): string {
    return `${databaseId}/${backupId}-${randomBytes(4).toString('hex')}.age`;
  }

  /**
   * Keeps what is written into a sink.
   *
   * @param write - writes all of it and ends the sink, or destroys it
   * @throws what went wrong first, here or there
   */
  async keep<T>(
    name: string,
    write: (sink: Writable) => Promise<T>,
    options: { signal: AbortSignal },
  ): Promise<{ written: T; file: SealedFile }> {
    const key = newFileKey();
    // First: a file whose key is nowhere would be lost.
    await this.#secrets.write(keyOf(name), key);
    const sink = new PassThrough();
    const inside = Measure.create();
    const outside = Measure.create();
    const sealing = sealingStream(key, name, this.#recipients);
    const content = chain(sink, inside, sealing, outside);
    const [written, { sizeBytes: storedBytes }] = await whole(
      [
        write(sink),
        this.#store.write(name, content, { signal: options.signal }),
      ],
      error => sink.destroy(error),
    );
    const { sizeBytes } = inside;
    return {
      written,
      file: { sizeBytes, storedBytes, sha256: outside.sha256 },
    };
  }

  /**
   * What was kept, as far as it is read. Ends with a TerminalError when the file is not the one that was written.
   *
   * @throws NotFoundError when the file or its key is gone
   */
  async open(
    file: { name: string; sha256: string },
    options: { signal: AbortSignal },
  ): Promise<Readable> {
    const key = await this.#secrets.read(keyOf(file.name));
    const opening = openingStream(key, file.name);
    const sealed = await this.#store.read(file.name, options);
    const measure = Measure.create();
    const opened = chain(sealed, measure, opening);
    const content = Readable.from(checked(opened, measure, file), {
      objectMode: false,
    });
    // A generator that was never begun does not end, and would keep the file open.
    content.once('close', () => opened.destroy());
    return content;
  }

  /** Removes a file for good. Gone is also fine. */
  async remove(name: string): Promise<void> {
    await this.#secrets.removeAll(keyOf(name).id);
    await this.#store.remove(name);
  }
}

function keyOf(name: string): SecretRef {
  return { id: `backup/${name}`, revision: 1 };
}

/** Each into the next; what goes wrong in one ends them all, and is what the last one says. */
function chain(
  first: Readable,
  ...others: Array<Readable & Writable>
): Readable {
  const all = [first, ...others];
  pipeline(all, () => {
    // Whoever reads the last one hears it.
  });
  return all[all.length - 1];
}

/** Both ended well, or what went wrong first once both have ended. */
async function whole<A, B>(
  work: [Promise<A>, Promise<B>],
  stop: (error: Error) => void,
): Promise<[A, B]> {
  let first: unknown;
  const noted = work.map(each =>
    each.catch(error => {
      first ??= error;
      stop(error);
      throw error;
    }),
  );
  const [a, b] = await Promise.allSettled(noted);
  if (a.status === 'rejected' || b.status === 'rejected') throw first;
  return [a.value as A, b.value as B];
}

async function* checked(
  opened: Readable,
  measure: { sha256: string },
  { name, sha256 }: { name: string; sha256: string },
): AsyncGenerator<Buffer> {
  yield* opened;
  if (measure.sha256 !== sha256) {
    throw new TerminalError(
      `The file ${name} is another one than was written: its checksum differs`,
    );
  }
}
