import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Mutex } from './Mutex.ts';

/**
 * A small document on disk that is always either the old or the new one, whenever the process dies.
 *
 * Reads come from memory. Writes happen one after the other, and memory changes only after the disk did.
 */
export class JsonFile<T extends object> {
  readonly #path: string;
  readonly #mutex = Mutex.create();
  #value: Readonly<T>;

  private constructor(path: string, value: T) {
    this.#path = path;
    this.#value = value;
  }

  /**
   * Opens the document, or begins with `empty` when there is none.
   *
   * @throws when it is there but cannot be read or fails `parse`: guessing would lose what it holds
   */
  static async open<T extends object>(
    path: string,
    options: { empty: T; parse: (content: unknown) => T },
  ): Promise<JsonFile<T>> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return new JsonFile(path, options.empty);
      }
      throw error;
    }
    try {
      return new JsonFile(path, options.parse(JSON.parse(text)));
    } catch (error) {
      throw new Error(
        `The file ${path} is damaged; move it away to begin anew: ${error}`,
      );
    }
  }

  get value(): Readonly<T> {
    return this.#value;
  }

  /** Replaces the document by what `change` makes of it. When `change` throws, nothing is altered. */
  async update(change: (value: Readonly<T>) => T): Promise<void> {
    await this.#mutex.run(async () => {
      const next = change(this.#value);
      await writeFileAtomically(this.#path, JSON.stringify(next, null, 1));
      this.#value = next;
    });
  }
}

/** Writes a file readable by its owner only, so that a reader sees the old content or the new one and never a part. */
export async function writeFileAtomically(
  path: string,
  content: string,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
