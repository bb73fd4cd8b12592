import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from '../http/Exchange.ts';
import { gitEnvironment } from './environment.ts';
import { killGroup } from './killGroup.ts';

/** One smart HTTP request, decided and allowed already. */
export interface TransferOptions {
  exchange: Exchange;
  /** The folder of all repositories. */
  root: string;
  /** Inside `root`, such as `/lighthouse/orders.git/git-upload-pack`. */
  path: string;
  service: 'git-upload-pack' | 'git-receive-pack';
  user: string;
  /** Settings for git in this request. */
  config: Record<string, string>;
  env?: Record<string, string>;
  timeoutMs: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Serves a clone, fetch or push by git's own `http-backend`, a CGI program.
 *
 * When the client goes away or the time is over, git and what it started are ended; git itself sees to it
 * that a push that was cut off changes nothing. The caller ends the response.
 */
export async function serveTransfer(options: TransferOptions): Promise<void> {
  const { exchange } = options;
  const { request, response } = exchange;
  exchange.signal.throwIfAborted();
  const child = spawn('git', ['http-backend'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...cgiEnvironment(options), ...options.env },
  });
  const stop = () => killGroup(child);
  const timer = setTimeout(stop, options.timeoutMs);
  exchange.signal.addEventListener('abort', stop, { once: true });

  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(0, 4096);
  });
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  // git may answer before it has read everything, and then closes the pipe.
  const sent = pipeline(request, child.stdin).catch(() => undefined);
  try {
    const rest = await readHead(child.stdout, (status, headers) => {
      response.writeHead(status, headers);
    });
    if (!rest) {
      await exited;
      throw new Error(`git http-backend gave no answer: ${stderr.trim()}`);
    }
    response.write(rest);
    await pipeline(child.stdout, response, { end: false });
    await exited;
    if (child.signalCode) {
      // Ended by us: what was sent must not look complete.
      response.destroy();
    }
  } finally {
    clearTimeout(timer);
    exchange.signal.removeEventListener('abort', stop);
    stop();
    await sent;
  }
}

function cgiEnvironment(options: TransferOptions): Record<string, string> {
  const { headers, method } = options.exchange.request;
  const protocol = String(headers['git-protocol'] ?? '');
  const optional = {
    CONTENT_TYPE: headers['content-type'],
    CONTENT_LENGTH: headers['content-length'],
    // http-backend unpacks what the client has compressed.
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: /^[\w=:.-]{1,100}$/.test(protocol) ? protocol : undefined,
  };
  return {
    ...gitEnvironment(options.config),
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: options.path,
    REQUEST_METHOD: method ?? 'GET',
    QUERY_STRING: method === 'GET' ? `service=${options.service}` : '',
    REMOTE_USER: options.user,
    REMOTE_ADDR: options.exchange.request.socket.remoteAddress ?? '',
    ...Object.fromEntries(
      Object.entries(optional).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  };
}

/** Reads a CGI program's headers and returns the first bytes of its body. */
async function readHead(
  stdout: Readable,
  found: (status: number, headers: Record<string, string>) => void,
): Promise<Buffer | undefined> {
  let head = Buffer.alloc(0);
  // Not destroyed at the end: what follows the headers is piped.
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      const { status, headers } = parseHead(head.subarray(0, end).toString());
      found(status, headers);
      return head.subarray(end + 4);
    }
    if (head.length > MAX_HEADER_BYTES) {
      throw new Error('git http-backend answered with too many headers');
    }
  }
  return undefined;
}

function parseHead(text: string): {
  status: number;
  headers: Record<string, string>;
} {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') {
      status = parseInt(value, 10);
    } else {
      headers[name] = value;
    }
  }
  return { status, headers };
}
