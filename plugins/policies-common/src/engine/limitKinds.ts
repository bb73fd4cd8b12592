import type { PolicyProblem } from '../document/problems';
import type { CompiledPolicy } from './compilePolicy';
import { KIND_COST_MAX } from './limits';

/** How many of the dearest policies a problem names. */
const NAMED = 3;

/**
 * What is wrong with policies together: each may be within its own limit, and all of them about one kind still hold up whoever asks.
 */
export function limitKinds(
  policies: readonly CompiledPolicy[],
  most: number = KIND_COST_MAX,
): PolicyProblem[] {
  const kinds = new Set(
    policies.flatMap(each => each.document.spec.match.kinds),
  );
  return [...kinds].flatMap(kind => {
    const about = policies
      .filter(({ document: { spec } }) =>
        spec.match.kinds.some(each => each === kind || each === '*'),
      )
      .sort((a, b) => b.cost - a.cost);
    const cost = about.reduce((sum, each) => sum + each.cost, 0);
    if (cost <= most) return [];
    const dearest = about
      .slice(0, NAMED)
      .map(each => `${each.name} (${say(each.cost)})`)
      .join(', ');
    return [
      {
        file: about[0].file,
        line: 1,
        column: 1,
        message: `All ${about.length} policies about ${kind === '*' ? 'every kind' : kind} may take ${say(cost)} steps together, and ${say(most)} are allowed. Those that take most are ${dearest}. Let them loop over less, or leave some out.`,
      },
    ];
  });
}

function say(steps: number): string {
  return steps.toLocaleString('en-US');
}
