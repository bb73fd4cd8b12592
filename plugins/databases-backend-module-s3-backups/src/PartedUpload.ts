import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type CreateMultipartUploadCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { TerminalError } from '@slipway/plugin-databases-node';
import { cutParts } from './cutParts';

const MOST_PARTS = 10_000;

/**
 * One file on its way into the storage, in as many parts as it takes. It is there when its last call was answered, and not before that
 * was sent.
 */
export class PartedUpload {
  readonly #client: S3Client;
  readonly #file: CreateMultipartUploadCommandInput;
  readonly #partBytes: number;
  readonly #abortSignal: AbortSignal | undefined;
  readonly #parts: CompletedPart[] = [];
  #uploadId: string | undefined;
  #mayBeThere = false;
  #sizeBytes = 0;

  /**
   * @param options - `file`: its place, and what is kept with it
   */
  static create(options: {
    client: S3Client;
    file: CreateMultipartUploadCommandInput;
    partBytes: number;
    signal?: AbortSignal;
  }): PartedUpload {
    return new PartedUpload(options);
  }

  private constructor(options: {
    client: S3Client;
    file: CreateMultipartUploadCommandInput;
    partBytes: number;
    signal?: AbortSignal;
  }) {
    this.#client = options.client;
    this.#file = options.file;
    this.#partBytes = options.partBytes;
    this.#abortSignal = options.signal;
  }

  /** Whether the call by which the file comes to be there was sent. */
  get mayBeThere(): boolean {
    return this.#mayBeThere;
  }

  /** How long the file is, as far as it has come. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * @throws the storage's own errors, and those of the content
   */
  async run(content: Readable): Promise<void> {
    // One is on its way while the next one comes together.
    let sending: Promise<unknown> = Promise.resolve();
    try {
      for await (const { bytes, isLast } of cutParts(
        content,
        this.#partBytes,
      )) {
        await sending;
        this.#sizeBytes += bytes.length;
        if (isLast && this.#parts.length === 0 && !this.#uploadId) {
          await this.#put(bytes);
          return;
        }
        sending = this.#sendPart(bytes);
        // It is said when the next one is there.
        sending.catch(() => {});
      }
      await sending;
      await this.#complete();
    } catch (error) {
      await sending.catch(() => {
        // The first error says more.
      });
      await this.#throwAway();
      throw error;
    }
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#mayBeThere = true;
    await this.#client.send(
      new PutObjectCommand({ ...this.#file, Body: bytes, IfNoneMatch: '*' }),
      { abortSignal: this.#abortSignal },
    );
  }

  async #sendPart(bytes: Buffer): Promise<void> {
    const { Bucket, Key } = this.#file;
    if (!this.#uploadId) {
      const { UploadId } = await this.#client.send(
        new CreateMultipartUploadCommand(this.#file),
      );
      this.#uploadId = UploadId;
    }
    const PartNumber = this.#parts.length + 1;
    if (PartNumber > MOST_PARTS) {
      throw new TerminalError(
        `The storage of backups does not take a file of more than ${MOST_PARTS} parts`,
      );
    }
    const { ETag } = await this.#client.send(
      new UploadPartCommand({
        Bucket,
        Key,
        UploadId: this.#uploadId,
        PartNumber,
        Body: bytes,
      }),
      { abortSignal: this.#abortSignal },
    );
    this.#parts.push({ ETag, PartNumber });
  }

  async #complete(): Promise<void> {
    const { Bucket, Key } = this.#file;
    this.#abortSignal?.throwIfAborted();
    this.#mayBeThere = true;
    await this.#client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId: this.#uploadId,
        MultipartUpload: { Parts: this.#parts },
        IfNoneMatch: '*',
      }),
      { abortSignal: this.#abortSignal },
    );
  }

  async #throwAway(): Promise<void> {
    if (!this.#uploadId) return;
    const { Bucket, Key } = this.#file;
    const UploadId = this.#uploadId;
    await this.#client
      .send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
      .catch(() => {
        // Whoever comes later does it.
      });
  }
}
