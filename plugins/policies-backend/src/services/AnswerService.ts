import { ServiceUnavailableError } from '@backstage/errors';
import {
  identify,
  type PolicyAbout,
  type PolicyAnswer,
  type PolicyNote,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type {
  PolicyRequestCompletion,
  PolicyRequestForesight,
} from '@slipway/plugin-policies-node';
import type { EvaluationService } from './EvaluationService';

interface AnswerDeps {
  completions: ReadonlyMap<string, PolicyRequestCompletion>;
  evaluation: EvaluationService;
  foresights: ReadonlyMap<string, PolicyRequestForesight>;
}

/**
 * Answers for a request and for all that comes of it, in one: a golden path whose database would be refused is refused before it has made
 * anything.
 */
export class AnswerService {
  readonly #deps: AnswerDeps;

  static create(deps: AnswerDeps): AnswerService {
    return new AnswerService(deps);
  }

  private constructor(deps: AnswerDeps) {
    this.#deps = deps;
  }

  /**
   * @param options - `withNotes`: for people. Plugins that ask about their own requests know the rest themselves.
   * @throws ServiceUnavailableError when it cannot be known: nothing is allowed then.
   */
  async answer(
    request: PolicyRequest,
    { withNotes }: { withNotes: boolean },
  ): Promise<PolicyAnswer> {
    const { evaluation, foresights } = this.#deps;
    const foresight = foresights.get(request.kind);
    const [own, foreseen] = await Promise.all([
      evaluation.evaluate(request),
      foresight && orUnknown(foresight.foresee(request)),
    ]);
    const others = await Promise.all(
      (foreseen?.requests ?? []).map(each => this.#answerFor(each, request)),
    );
    const notes = [
      ...(withNotes ? await this.#notesOn(request) : []),
      ...(foreseen?.notes ?? []),
      ...others.flatMap(each => each.notes ?? []),
    ];
    return {
      digest: own.digest,
      allowed: own.allowed && others.every(({ allowed }) => allowed),
      findings: [own, ...others].flatMap(({ findings }) => findings),
      ...(notes.length > 0 && { notes }),
    };
  }

  /** For what comes of a request, as whoever asks would be answered when it comes. */
  async #answerFor(
    foreseen: PolicyRequest,
    { user, agent, source, time }: PolicyRequest,
  ): Promise<PolicyAnswer> {
    const { completions, evaluation } = this.#deps;
    const completion = completions.get(foreseen.kind);
    const completed = completion
      ? await orUnknown(completion.complete(foreseen))
      : foreseen;
    const about = toAbout(completed);
    const [answer, notes] = await Promise.all([
      evaluation.evaluate({ ...completed, user, agent, source, time }),
      this.#notesOn(completed),
    ]);
    return {
      ...answer,
      findings: answer.findings.map(each => ({ ...each, about })),
      notes: notes.map(each => ({ ...each, about })),
    };
  }

  async #notesOn(request: PolicyRequest): Promise<PolicyNote[]> {
    const completion = this.#deps.completions.get(request.kind);
    return completion?.notes ? orUnknown(completion.notes(request)) : [];
  }
}

function toAbout(request: PolicyRequest): PolicyAbout {
  const { kind, name, environment, owner, entityRef } = identify(request);
  return { kind, name, environment, owner, entityRef };
}

/** @throws ServiceUnavailableError when it cannot be found out: what is not known is not allowed. */
export async function orUnknown<T>(finding: Promise<T>): Promise<T> {
  return finding.catch(error => {
    throw new ServiceUnavailableError(
      'What this request would come to, such as its price, cannot be found out now, so that it is not known what is allowed. Try again in a minute.',
      error,
    );
  });
}
