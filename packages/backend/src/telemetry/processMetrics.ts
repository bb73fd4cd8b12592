import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MeterProvider } from '@opentelemetry/api';

/** Nanoseconds in a second. */
const NS = 1e9;

/** Measures what this process takes: memory, processor time and how late its event loop runs. */
export function observeProcess(meterProvider: MeterProvider): void {
  const meter = meterProvider.getMeter('slipway');

  meter
    .createObservableGauge('process.memory.usage', {
      description: 'Resident memory of the process',
      unit: 'By',
    })
    .addCallback(result => result.observe(process.memoryUsage.rss()));

  meter
    .createObservableCounter('process.cpu.time', {
      description: 'Processor time used by the process',
      unit: 's',
    })
    .addCallback(result => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { 'cpu.mode': 'user' });
      result.observe(system / 1e6, { 'cpu.mode': 'system' });
    });

  const delay = monitorEventLoopDelay();
  delay.enable();
  meter
    .createObservableGauge('nodejs.eventloop.delay.p99', {
      description:
        'Delay of the event loop since the last scrape, 99th percentile',
      unit: 's',
    })
    .addCallback(result => {
      // Without a sample the histogram answers NaN, which is no number to publish.
      if (delay.count > 0) {
        result.observe(delay.percentile(99) / NS);
        delay.reset();
      }
    });
}
