import Skeleton from '@material-ui/lab/Skeleton';

/** Holds the place of a task while it is being loaded. */
export function TaskPageSkeleton() {
  return (
    <>
      <Skeleton height={48} width="70%" />
      <Skeleton variant="rect" height={180} />
      <Skeleton height={24} />
      <Skeleton variant="rect" height={260} />
    </>
  );
}
