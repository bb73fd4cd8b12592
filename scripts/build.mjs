import { runMain } from './lib/advice.mjs';
import { ensurePortal } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { withPreparation } from './lib/preparation.mjs';
import { Progress } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

await runMain(async () => {
  const progress = new Progress();
  const portal = await withPreparation(progress, async () => {
    const toolchain = await ensureToolchain(progress);
    await ensureInstalled(toolchain, progress);
    return ensurePortal(toolchain, progress);
  });
  console.log(`The portal is built: ${portal}`);
});
