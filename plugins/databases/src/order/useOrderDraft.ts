import { toFieldProblems } from '@slipway/input';
import {
  type DatabaseEngine,
  databaseEngineTitles,
  type DatabaseOptions,
  type DatabaseRequestInput,
  databaseRequestSchema,
} from '@slipway/plugin-databases-common';
import { useEffect, useMemo, useState } from 'react';
import { eligibleOffers } from './eligibleOffers';

const STORED = 'slipway.databases.order';

/** What has been filled in so far. */
export interface OrderDraft {
  name: string;
  environment: string;
  /** Empty as long as nobody chose: what takes orders in the environment is meant. */
  engine: string;
  size: string;
  owner: string;
  description: string;
  /** The day on which it ends; empty for what the environment says. */
  expiresAt: string;
}

interface StoredDraft {
  draft: OrderDraft;
  /** The order that was sent last and its key, so that sending it again is not a second order. */
  sent?: { body: string; key: string };
}

/**
 * The order form's content. Survives a reload of the page; forgotten once the order was taken.
 *
 * @param initial - what a link or the installation suggests; what the person typed comes first
 */
export function useOrderDraft(initial: Partial<OrderDraft>) {
  const [stored, setStored] = useState<StoredDraft>(() =>
    restore({
      name: '',
      environment: '',
      engine: '',
      size: '',
      owner: '',
      description: '',
      expiresAt: '',
      ...initial,
    }),
  );
  useEffect(() => {
    sessionStorage.setItem(STORED, JSON.stringify(stored));
  }, [stored]);
  const { draft } = stored;
  return {
    draft,
    set: (change: Partial<OrderDraft>) =>
      setStored(old => ({ ...old, draft: { ...old.draft, ...change } })),
    /** The same key as long as the same is ordered. */
    keyFor(request: DatabaseRequestInput): string {
      const body = JSON.stringify(request);
      if (stored.sent?.body === body) {
        return stored.sent.key;
      }
      const key = crypto.randomUUID();
      setStored(old => ({ ...old, sent: { body, key } }));
      return key;
    },
    forget: () => sessionStorage.removeItem(STORED),
  };
}

function restore(initial: OrderDraft): StoredDraft {
  try {
    const { draft, ...stored } = JSON.parse(
      sessionStorage.getItem(STORED) ?? '{}',
    );
    // What an earlier version stored lacks what was not asked then.
    return { ...stored, draft: { ...initial, ...draft } };
  } catch {
    // Not ours: begin anew.
    return { draft: initial };
  }
}

/** The draft as a request, and what is wrong with it by field. */
export function useOrderCheck(
  draft: OrderDraft,
  options: DatabaseOptions | undefined,
  /** The backup that it begins with. */
  restoreFrom?: string,
) {
  return useMemo(() => {
    const provider =
      options &&
      eligibleOffers(options, draft.environment, draft.engine)[0]?.provider;
    const request = {
      name: draft.name,
      engine: provider?.engine ?? (draft.engine || 'postgres'),
      ...(provider?.versions[0] && { version: provider.versions[0] }),
      size: draft.size,
      environment: draft.environment,
      owner: draft.owner,
      ...(draft.description && { description: draft.description }),
      ...(draft.expiresAt && { expiresAt: draft.expiresAt }),
      ...(restoreFrom && { restoreFrom }),
    } as DatabaseRequestInput;
    const checked = databaseRequestSchema.safeParse(request);
    const problems = new Map<string, string>();
    for (const { field, message } of checked.success
      ? []
      : toFieldProblems(checked.error)) {
      if (!problems.has(field)) {
        problems.set(field, sentence(message));
      }
    }
    if (draft.environment && options && !provider) {
      problems.set(
        'environment',
        isEngine(draft.engine)
          ? `No provider of ${databaseEngineTitles[draft.engine]} serves this environment. Choose another one, or another engine.`
          : 'No provider serves this environment. Choose another one.',
      );
    }
    return { provider, request, problems };
  }, [draft, options, restoreFrom]);
}

function isEngine(text: string): text is DatabaseEngine {
  return Object.hasOwn(databaseEngineTitles, text);
}

/** "name is empty. …" as "Name is empty. …" */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
