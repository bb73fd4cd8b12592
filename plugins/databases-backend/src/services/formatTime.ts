/** A time in a sentence that is stored, and read anywhere: "2026-11-21 14:05 UTC". */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
