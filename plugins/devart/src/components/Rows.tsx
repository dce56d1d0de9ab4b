import Skeleton from '@material-ui/lab/Skeleton';

/** Holds the place of rows that are being loaded. */
export function Rows(props: { count?: number; height?: number }) {
  const { count = 5, height = 48 } = props;
  return (
    <>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height} />
      ))}
    </>
  );
}
