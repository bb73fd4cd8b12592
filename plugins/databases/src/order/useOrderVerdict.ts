import {
  databaseExpiresAtSchema,
  type DatabaseOptions,
  type DatabaseRequestInput,
} from '@slipway/plugin-databases-common';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import {
  type PolicyAlternative,
  type PolicyFix,
  type PolicyVerdict,
  useFixes,
  usePolicyVerdict,
  type WaiverSubject,
  whileTyping,
} from '@slipway/plugin-policies-react';
import { eligibleOffers } from './eligibleOffers';
import type { OrderDraft } from './useOrderDraft';

/** What policies call an order. */
const KIND = 'DatabaseRequest';

/** What the policies say about the order as it stands, and what would comply. */
export interface OrderVerdict {
  verdict: PolicyVerdict;
  subject: WaiverSubject;
  fixes: PolicyFix[];
  isComplete: boolean;
}

/**
 * Asks the policies about the order while it is typed.
 *
 * @param request - what would be sent
 * @param isComplete - whether it could be
 */
export function useOrderVerdict(props: {
  draft: OrderDraft;
  set: (change: Partial<OrderDraft>) => void;
  options: DatabaseOptions;
  request: DatabaseRequestInput;
  isComplete: boolean;
}): OrderVerdict {
  const { draft, set, options, request, isComplete } = props;
  const isBegun = Boolean(draft.name || draft.environment || draft.size);
  const asked = usePolicyVerdict(
    isBegun ? toPolicyRequest(request, options) : undefined,
  );
  const answer = isComplete
    ? asked.answer
    : whileTyping(
        asked.answer,
        field => draft[field as keyof OrderDraft] !== '',
      );

  const offer = (
    field: 'size' | 'environment',
    value: string,
    title: string,
  ): PolicyAlternative => ({
    field,
    label: `Set ${field} to ${title}`,
    request: toPolicyRequest(
      { ...request, [field]: value } as DatabaseRequestInput,
      options,
    ),
    apply: () => set({ [field]: value }),
  });
  const fixes = useFixes(answer, [
    ...options.sizes
      .filter(({ name }) => name !== draft.size)
      .map(({ name }) => offer('size', name, name)),
    ...options.environments
      .filter(
        ({ name }) =>
          name !== draft.environment &&
          eligibleOffers(options, name, draft.engine).length > 0,
      )
      .map(({ name, title }) =>
        offer('environment', name, title.toLowerCase()),
      ),
  ]);
  return {
    verdict: { ...asked, answer },
    subject: {
      kind: KIND,
      name: draft.name || undefined,
      owner: draft.owner || undefined,
      environment: draft.environment || undefined,
    },
    fixes,
    isComplete,
  };
}

/** What was filled in, with what it would cost. */
function toPolicyRequest(
  request: DatabaseRequestInput,
  options: DatabaseOptions,
): PolicyRequest {
  const { environment, engine, size } = request;
  const [offer] = eligibleOffers(options, environment, engine);
  const price = offer?.sizes.find(({ name }) => name === size)?.pricePerMonth;
  const { backup, ...kept } = offer?.protection ?? {};
  const { restoreFrom, cloneOf, expiresAt, ...asked } = request;
  const filled = Object.entries(asked).filter(([, value]) => value !== '');
  const end = databaseExpiresAtSchema.safeParse(expiresAt);
  return {
    kind: KIND,
    operation: 'create',
    source: 'form',
    object: {
      ...Object.fromEntries(filled),
      ...(end.success && { expiresAt: end.data }),
      ...(price && { pricePerMonth: { ...price } }),
      ...kept,
      ...(backup && { backup: { ...backup } }),
    },
  };
}
