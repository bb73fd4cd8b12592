const HEARTBEAT_MS = 15_000;
const FRAME_MS = 120;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows what is going on: each step when it begins and when it ends with its time. On a terminal the running
 * steps are kept on one live line; elsewhere a long step says every quarter of a minute that it is still at work.
 */
export class Progress {
  #running = new Map();
  #out;
  #live;
  #timer;
  #frame = 0;
  #drawn = false;

  constructor(out = process.stdout) {
    this.#out = out;
    this.#live = Boolean(out.isTTY) && !process.env.CI;
  }

  /**
   * Runs one step. Steps may overlap.
   * @template T
   * @param {string} title
   * @param {(detail: (text: string) => void) => Promise<T>} work - may call `detail` to say what it has found
   * @returns {Promise<T>}
   */
  async step(title, work) {
    const id = Symbol(title);
    const started = Date.now();
    const step = { title, started, spoken: started, detail: '' };
    this.#running.set(id, step);
    if (!this.#live) {
      this.line(`· ${title} …`);
    }
    this.#wake();
    let mark = '✗';
    try {
      const result = await work(text => {
        step.detail = text;
      });
      mark = '✓';
      return result;
    } finally {
      this.#running.delete(id);
      const detail = step.detail ? ` (${step.detail})` : '';
      this.line(`${mark} ${title}${detail}  ${seconds(Date.now() - started)}`);
      this.#rest();
    }
  }

  /** Prints one line without disturbing the live one. */
  line(text) {
    this.#erase();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  #wake() {
    this.#timer ??= setInterval(
      () => this.#tick(),
      this.#live ? FRAME_MS : HEARTBEAT_MS,
    );
    this.#timer.unref();
  }

  #rest() {
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#erase();
    }
  }

  #tick() {
    if (this.#live) {
      this.#frame = (this.#frame + 1) % FRAMES.length;
      this.#erase();
      this.#draw();
      return;
    }
    for (const step of this.#running.values()) {
      this.line(
        `  … ${step.title}: ${seconds(Date.now() - step.started)} so far`,
      );
    }
  }

  #draw() {
    if (!this.#live || this.#running.size === 0) {
      return;
    }
    const steps = [...this.#running.values()].map(
      step => `${step.title} ${seconds(Date.now() - step.started, 0)}`,
    );
    const text = `${FRAMES[this.#frame]} ${steps.join(' · ')}`;
    this.#out.write(text.slice(0, (this.#out.columns ?? 80) - 1));
    this.#drawn = true;
  }

  #erase() {
    if (this.#drawn) {
      this.#out.write('\r\x1b[K');
      this.#drawn = false;
    }
  }
}

/** A duration for people, in seconds or minutes. */
export function seconds(milliseconds, digits = 1) {
  const value = milliseconds / 1000;
  if (value < 90) {
    return `${value.toFixed(digits)} s`;
  }
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
