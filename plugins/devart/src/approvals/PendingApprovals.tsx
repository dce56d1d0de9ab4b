import { Link, useLinks } from '../navigation';
import { useApprovalPages } from './useApprovalPages';

/** Links to the decisions that a task or a run waits for; nothing until they are known. */
export function PendingApprovals(of: { taskId: string } | { runId: string }) {
  const links = useLinks();
  const { value } = useApprovalPages({
    filters: { ...of, status: ['pending'] },
    pageSize: 5,
  });
  return (
    // Its line is kept free until they are known.
    <div style={{ minHeight: '1.5em' }}>
      {value?.items.map(({ id, title, mayDecide }) => (
        <span key={id}>
          <Link to={links.approval(id)}>
            {mayDecide ? `Decide: ${title}` : title}
          </Link>{' '}
        </span>
      ))}
    </div>
  );
}
