// Run in a process of its own, so that both sides begin alike: prints what it measured as JSON.
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { quantile } from '../lib/report.ts';
import {
  byHand,
  databaseRequest,
  databases,
  entities,
  entity,
  policyFiles,
  type Found,
  type Json,
} from './corpus.ts';

/** As much as is used here of what the package offers: its sources follow other rules of modules. */
interface Policies {
  loadPolicies(files: { file: string; text: string }[]): {
    evaluate(request: object): {
      findings: {
        policy: string;
        field: string;
        message: string;
        failed: boolean;
      }[];
    };
  };
}

/** What one side can do. */
interface Side {
  /** Reads policies; the other side only reads the YAML. */
  load(files: ReturnType<typeof policyFiles>): void;
  /** Judges requests for databases by 200 policies. */
  judgeDatabase(object: Json): Found[];
  /** Judges entities by 20 policies. */
  judgeEntity(object: Json): Found[];
}

const POLICIES = 200;
const SWEEP_POLICIES = 20;
const SWEEP_ENTITIES = 10_000;
const CALLERS = 20;

const [name, seconds] = process.argv.slice(2);
const side = name === 'ours' ? ours() : bare();
check(side);
const measured = {
  ...(await measureCallers(Number(seconds))),
  loading: measureLoading(),
  sweep: measureSweep(),
};
process.stdout.write(JSON.stringify(measured));

function ours(): Side {
  const { loadPolicies } = createRequire(import.meta.url)(
    '@slipway/plugin-policies-common',
  ) as Policies;
  const judge = (corpus: typeof databases, count: number) => {
    const set = loadPolicies(policyFiles(corpus, count));
    return (object: Json): Found[] => {
      const { findings } = set.evaluate({
        kind: corpus.kind,
        operation: 'create',
        object,
        user: { ref: 'user:default/sam.okafor', groups: ['group:default/a'] },
      });
      if (findings.some(each => each.failed)) {
        throw new Error(`Not evaluated: ${findings[0].message}`);
      }
      return findings.map(({ policy, field }) => ({
        rule: policy,
        field,
      }));
    };
  };
  return {
    load: files => void loadPolicies(files),
    judgeDatabase: judge(databases, POLICIES),
    judgeEntity: judge(entities, SWEEP_POLICIES),
  };
}

function bare(): Side {
  return {
    load: files => files.forEach(({ text }) => parse(text)),
    judgeDatabase: byHand(databases, POLICIES),
    judgeEntity: byHand(entities, SWEEP_POLICIES),
  };
}

/** Both sides must find the same, or their speed says nothing. */
function check({ judgeDatabase, judgeEntity }: Side) {
  const inOrder = (found: Found[]) =>
    JSON.stringify(found.map(({ rule, field }) => `${rule} ${field}`).sort());
  const databaseByHand = byHand(databases, POLICIES);
  const entityByHand = byHand(entities, SWEEP_POLICIES);
  for (let n = 0; n < 200; n += 1) {
    if (
      inOrder(judgeDatabase(databaseRequest(n))) !==
        inOrder(databaseByHand(databaseRequest(n))) ||
      inOrder(judgeEntity(entity(n))) !== inOrder(entityByHand(entity(n)))
    ) {
      throw new Error(`The sides do not find the same in request ${n}`);
    }
  }
}

/** Twenty callers ask at the same moment, again and again; the process has one thread, and they wait for each other. */
async function measureCallers(duration: number) {
  const evaluations: number[] = [];
  const answers: number[] = [];
  const end = performance.now() + duration * 1000;
  let n = 0;
  for (let wave = 0; wave < 20 || performance.now() < end; wave += 1) {
    const asked = performance.now();
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        await undefined;
        n += 1;
        const object = databaseRequest(n);
        const begun = performance.now();
        side.judgeDatabase(object);
        const done = performance.now();
        evaluations.push(done - begun);
        answers.push(done - asked);
      }),
    );
    await new Promise(setImmediate);
  }
  return {
    evaluationMedian: quantile(evaluations, 0.5),
    evaluation99: quantile(evaluations, 0.99),
    answer99: quantile(answers, 0.99),
  };
}

/** In milliseconds. */
function measureLoading(): number {
  const files = policyFiles(databases, POLICIES);
  const start = performance.now();
  side.load(files);
  return performance.now() - start;
}

/** In seconds. */
function measureSweep(): number {
  const objects = Array.from({ length: SWEEP_ENTITIES }, (_, n) => entity(n));
  const start = performance.now();
  let found = 0;
  for (const object of objects) {
    found += side.judgeEntity(object).length;
  }
  if (found === 0) {
    throw new Error('The sweep found nothing');
  }
  return (performance.now() - start) / 1000;
}
