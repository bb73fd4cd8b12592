import type { Readable, Writable } from 'node:stream';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { FieldProblem } from '@slipway/input';
import {
  DatabaseEngine,
  DatabaseEstimate,
  DatabasePlan,
  DatabaseSize,
  DatabaseSizeLimits,
} from '@slipway/plugin-databases-common';
import type { DatabaseContents, DatabaseDump } from './backups';
import { CredentialsProvider } from './credentials';
import { ForeignDatabase, ForeignDatabaseName } from './foreign';
import { DatabaseIncident } from './incidents';
import { MeasuredDatabase, SlowQueries, ToldMeasure } from './measured';
import { ObservedDatabase, ObservedSession, OwnedDatabase } from './observed';

/**
 * Which database outside is meant.
 * @public
 */
export interface DatabaseTarget {
  /** Our id, a UUID. The marker on everything we make holds it. */
  id: string;
  /**
   * The name outside, as {@link DatabaseProvider.externalName} gave it when the
   * database was first asked for, and stored since.
   */
  externalName: string;
}

/**
 * What the database should be: one immutable revision.
 * @public
 */
export interface DatabaseSpec {
  name: string;
  environment: string;
  engine: DatabaseEngine;
  version?: string;
  size: DatabaseSize;
  limits: DatabaseSizeLimits;
  /** Entity ref of the owning group. */
  owner: string;
}

/**
 * What comes with every call that changes something.
 * @public
 */
export interface WriteContext {
  /** The same for every attempt of this piece of work. */
  idempotencyKey: string;
  /**
   * Grows with every worker that takes the database over. A provider remembers
   * the highest it has seen and refuses a lower one with a `StaleFenceError`.
   */
  fence: bigint;
  /** Stop as soon as possible when aborted. */
  signal?: AbortSignal;
}

/** @public */
export interface ReadContext {
  signal?: AbortSignal;
}

/**
 * How a provider watches.
 * @public
 */
export interface WatchOptions {
  /** Watching ends when it aborts. */
  signal: AbortSignal;
  logger: LoggerService;
  /** Puts it before the owner of the database. Not waited for before harm is ended. */
  report(incident: DatabaseIncident): Promise<void>;
}

/**
 * A step of making a database. Steps run in the order in which they are listed.
 * @public
 */
export interface ProvisionStep {
  /** Stable across versions, kebab-case. */
  id: string;
  /** What it does, for people: "Create the database". */
  title: string;
}

/**
 * What a provider can do. A capability that it lacks is said, not faked.
 * @public
 */
export interface ProviderCapabilities {
  engine: DatabaseEngine;
  /** Versions on offer, newest first. */
  versions: string[];
  /** Environments it serves. */
  environments: string[];
  backup: boolean;
  restore: boolean;
  clone: boolean;
  personalLogins: boolean;
  /** Whether people and applications reach the server by TLS. */
  tls: boolean;
  /** Whether data is encrypted where it is stored; left out where nobody says. */
  encrypted?: boolean;
  /** Whether there is a standby; left out where nobody says. */
  highAvailability?: boolean;
  /** Limits that the server itself holds a tenant to. What is in neither list is not known to the engine; a note says so. */
  enforced: Array<'storage' | 'connections' | 'statement-timeout'>;
  /** Limits that are looked at and mended, but that a tenant can pass meanwhile. */
  observed: Array<'storage' | 'connections' | 'statement-timeout' | 'password'>;
  /**
   * What {@link DatabaseProvider.measure} and {@link DatabaseProvider.slowQueries} tell. Where it is left out, size and sessions
   * are taken from {@link DatabaseProvider.observe}.
   */
  tells?: ToldMeasure[];
  /** What else one should know before ordering, in sentences for people. */
  notes: string[];
}

/**
 * Makes, watches and removes databases of one engine in one place.
 *
 * @remarks
 *
 * Every method may be repeated safely, by several workers at once, after a crash
 * at any line. Ownership of an external object is proved by a marker on it that
 * holds our id: what is not marked is never altered or deleted.
 *
 * All methods that look or change throw only the errors of this package
 * (`RetryableError`, `TerminalError`, `AmbiguousError`, `StaleFenceError`), with
 * messages for people and without secrets.
 *
 * @public
 */
export interface DatabaseProvider {
  /** Unique among all providers of an installation, from configuration. */
  readonly id: string;
  /** For people: "Shared Postgres for development". */
  readonly title: string;

  /** Known without asking the server. */
  capabilities(): ProviderCapabilities;

  /** What stands against this spec here; empty when nothing does. */
  validate(spec: DatabaseSpec): Promise<FieldProblem[]>;

  /** What would be made. */
  plan(target: DatabaseTarget, spec: DatabaseSpec): Promise<DatabasePlan>;

  /** Price and time; fields are left out where they are not known. */
  estimate(spec: DatabaseSpec): Promise<DatabaseEstimate>;

  /** The same for the same input, for ever, and different for each id. */
  externalName(input: { id: string; name: string }): string;

  /** The steps in which {@link DatabaseProvider.ensure} makes a database. */
  steps(spec: DatabaseSpec): ProvisionStep[];

  /**
   * Brings about the effect of one step; does nothing when it is there already.
   * Running all steps again with a new spec applies the change and mends drift.
   */
  ensure(
    step: string,
    request: { target: DatabaseTarget; spec: DatabaseSpec },
    context: WriteContext,
  ): Promise<void>;

  /** Looks; changes nothing. With a spec it also compares. */
  observe(
    target: DatabaseTarget,
    options?: ReadContext & { spec?: DatabaseSpec },
  ): Promise<ObservedDatabase>;

  /**
   * How a database is used now; cheap, because each one is asked about every few minutes.
   *
   * @returns `undefined` when there is none, or none of ours
   */
  measure?(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<MeasuredDatabase | undefined>;

  /**
   * What took longest in this database, and in no other. Values that were in a statement are never told: see
   * {@link withoutLiterals}. Present exactly when the capability says so.
   *
   * @param limit - how many at most
   */
  slowQueries?(
    target: DatabaseTarget,
    options: ReadContext & { limit: number },
  ): Promise<SlowQueries>;

  /**
   * Who is connected to the database now, the longest first: what would end if it went away. The platform's own sessions are
   * left out. Absent where the engine does not tell; then nobody is told that there are none.
   */
  sessions?(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<ObservedSession[]>;

  /** Everything on the server that bears our marker, also what nobody knows any more. */
  listOwned(context?: ReadContext): Promise<OwnedDatabase[]>;

  /** The databases on the server that are not ours, in the order of their names. Present together with `inspect`. */
  listForeign?(context?: ReadContext): Promise<ForeignDatabaseName[]>;

  /**
   * Looks at a database on the server that is not ours, and alters nothing: neither in it nor about it.
   *
   * @returns undefined when there is none of this name, or it is ours or the server's own
   */
  inspect?(
    name: string,
    context?: ReadContext,
  ): Promise<ForeignDatabase | undefined>;

  /**
   * Takes control of something that bears our marker for this id but that the
   * portal had lost: raises the fence and reports what is there.
   *
   * @throws TerminalError when it bears no marker, or another id's.
   */
  adopt(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<ObservedDatabase>;

  /**
   * Writes the owning group on the marker, where {@link DatabaseProvider.listOwned} reads it, and touches nothing else: no
   * session notices.
   */
  nameOwner(
    target: DatabaseTarget,
    owner: string,
    context: WriteContext,
  ): Promise<void>;

  readonly credentials: CredentialsProvider;

  /**
   * Turns every login off, ends every session and removes personal logins. The
   * data stays.
   */
  suspend(target: DatabaseTarget, context: WriteContext): Promise<void>;

  /** Turns the active workload login on again. */
  resume(target: DatabaseTarget, context: WriteContext): Promise<void>;

  /** Removes the database and all that was made for it. Gone is also fine. */
  destroy(target: DatabaseTarget, context: WriteContext): Promise<void>;

  /**
   * Watches what databases do to each other on the server, and ends what does harm, until the signal aborts. Called once in
   * each replica; a provider sees to it that they do not do the same twice. Never rejects.
   */
  watch?(options: WatchOptions): Promise<void>;

  /**
   * Writes all that the database holds into `sink`, as the engine's own tool writes it, as of one moment, and counts what it
   * holds at that moment. Works on a suspended database too. Ends `sink`, or destroys it with the error.
   *
   * @remarks
   *
   * What it needs on the server for this (a login) is marked as ours, is gone when it returns, and is removed by the next
   * backup, by {@link DatabaseProvider.suspend} or by {@link DatabaseProvider.destroy} when a crash left it behind. Present
   * exactly when the capability says so.
   *
   * @throws TerminalError when there is something in it that the tool cannot read; the message names it
   */
  backup?(
    target: DatabaseTarget,
    sink: Writable,
    context: WriteContext,
  ): Promise<DatabaseDump>;

  /**
   * Fills a database whose steps have all been ensured, and which nobody uses, with a dump. What a former attempt left there
   * is removed first. Afterwards things belong to whom they would belong to had the tenant made them here.
   *
   * @returns what is in it now, counted as {@link DatabaseDump.contents} is
   * @throws TerminalError when the dump does not fit, or is not whole
   */
  restore?(
    target: DatabaseTarget,
    dump: { format: string; content: Readable },
    context: WriteContext,
  ): Promise<{ contents: DatabaseContents }>;

  /** Present exactly when the capability says so. */
  clone?(
    source: DatabaseTarget,
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<void>;
}
