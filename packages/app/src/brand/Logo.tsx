/** @internal */
export interface LogoProps {
  /** Height in pixels. */
  size?: number;
}

/** The mark: a ship that leaves its slipway for the water. The portal's name stands beside it. */
export function Logo({ size = 28 }: LogoProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#0b5a8f" />
      <g transform="rotate(14 16 18)" fill="#fff">
        <path d="M6 16.5h20.5l-3.4 5.2a2 2 0 0 1-1.7.9H10.2a2 2 0 0 1-1.8-1.1z" />
        <path d="M11.5 11.2h6.8a1 1 0 0 1 .8.4l2.2 3.2h-9.8z" />
        <path d="M14 7h2.6v2.9H14z" />
      </g>
      <path
        d="M3.5 20.2 20 24.4"
        stroke="#8fd0f5"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <path
        d="M17.5 27.4c1.5 0 1.5-1 3-1s1.5 1 3 1 1.5-1 3-1 1.5 1 2.5 1"
        stroke="#8fd0f5"
        strokeWidth="1.8"
        strokeLinecap="round"
        fill="none"
      />
    </svg>
  );
}
