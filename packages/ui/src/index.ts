/**
 * What Slipway's pages share.
 *
 * @packageDocumentation
 */
export {
  ConfirmByName,
  type ConfirmByNameProps,
} from './ConfirmByName/ConfirmByName';
export { CopyText, type CopyTextProps } from './CopyText/CopyText';
export { EmptyState, type EmptyStateProps } from './EmptyState/EmptyState';
export { EntityField, type EntityFieldProps } from './EntityField/EntityField';
export {
  EntityLink,
  EntityName,
  entityPath,
  useEntityTitle,
} from './EntityName/EntityName';
export { ActorName } from './EntityName/ActorName';
export { useEntityTitles } from './EntityName/useEntityTitles';
export {
  describeError,
  type ErrorDescription,
} from './ErrorState/describeError';
export { ErrorState, type ErrorStateProps } from './ErrorState/ErrorState';
export { InfoList, type InfoListProps } from './InfoList/InfoList';
export { default as layout } from './layout/layout.module.css';
export { useLive } from './live/useLive';
export { useLoaded, type Loaded } from './live/useLoaded';
export {
  PageSkeleton,
  type PageSkeletonProps,
} from './PageSkeleton/PageSkeleton';
export { useDelayed } from './PageSkeleton/useDelayed';
export { PAGE_SIZE, pageOf, pagination } from './paging/paging';
export {
  RelativeTime,
  type RelativeTimeProps,
} from './RelativeTime/RelativeTime';
export { Sentence } from './Sentence/Sentence';
export { StatusBadge, type StatusBadgeProps } from './StatusBadge/StatusBadge';
export {
  type StatusTone,
  toneOfStatus,
  wordForStatus,
} from './StatusBadge/statuses';
export {
  type Step,
  StepList,
  type StepListProps,
  type StepState,
} from './StepList/StepList';
export { Tile, type TileProps } from './Tile/Tile';
export { formatDuration } from './time/formatDuration';
export {
  Timeline,
  type TimelineEvent,
  type TimelineProps,
} from './Timeline/Timeline';
export { Trend, type TrendProps } from './Trend/Trend';
export { type TrendPoint } from './Trend/segmentsOf';
export { WordsCell, type WordsCellProps } from './WordsCell/WordsCell';
