// The scripts are plain JavaScript, because they also run on an older Node.
import { Progress } from '../../scripts/lib/progress.mjs';
import { runLogged } from '../../scripts/lib/run.mjs';
import { ensureToolchain } from '../../scripts/lib/toolchain.mjs';

/** Node, Yarn, and the way long steps are shown: those of the start script. */
export interface Tools {
  progress: Progress;
  toolchain: Awaited<ReturnType<typeof ensureToolchain>>;
  /** Runs Yarn in a folder. `what` names the work in the message of a failure. */
  yarn(options: {
    cwd: string;
    args: string[];
    log: string;
    what: string;
  }): Promise<void>;
}

export async function prepareTools(): Promise<Tools> {
  const progress = new Progress();
  const toolchain = await ensureToolchain(progress);
  return {
    progress,
    toolchain,
    yarn: ({ cwd, args, log, what }) =>
      runLogged(toolchain.node, [toolchain.yarn, ...args], {
        cwd,
        env: { ...toolchain.env, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
        log,
        what,
      }),
  };
}
