import type { StandInStatus } from '../model';
import { pageOf } from '../pageOf';
import { Refusal } from '../Refusal';
import type { StandInCall } from '../StandInCall';
import type { StandInRoute } from '../StandInRoute';

const MAX_DESCRIPTION_LENGTH = 140;

/** Commit statuses. */
export const statusRoutes: Record<string, StandInRoute> = {
  'post /repos/{owner}/{repo}/statuses/{sha}': {
    caller: 'token',
    permission: { anyOf: ['statuses'], access: 'write' },
    handle: async call => {
      const { state, path, body } = call;
      const repository = repositoryOf(call);
      if (!(await state.hasCommit(repository, path.sha))) {
        throw new Refusal(422, `No commit found for SHA: ${path.sha}`);
      }
      const description = (body.description as string | undefined) ?? null;
      if ((description?.length ?? 0) > MAX_DESCRIPTION_LENGTH) {
        throw new Refusal(422, 'Validation Failed', {
          errors: [
            {
              resource: 'Status',
              code: 'custom',
              field: 'description',
              message: `description is too long (maximum is ${MAX_DESCRIPTION_LENGTH} characters)`,
            },
          ],
        });
      }
      const status: StandInStatus = {
        id: state.nextId(),
        sha: path.sha,
        state: String(body.state),
        context: (body.context as string | undefined) ?? 'default',
        description,
        targetUrl: (body.target_url as string | undefined) ?? null,
        createdAt: state.timestamp(),
      };
      repository.statuses.push(status);
      const shown = call.render.status(repository, status);
      return { status: 201, body: shown, headers: { location: shown.url } };
    },
  },

  'get /repos/{owner}/{repo}/commits/{ref}/statuses': {
    caller: 'token',
    permission: { anyOf: ['statuses'], access: 'read' },
    handle: call => {
      const repository = repositoryOf(call);
      const { items, headers } = pageOf(
        call,
        repository.statuses
          .filter(status => status.sha === call.path.ref)
          .reverse(),
      );
      return {
        status: 200,
        headers,
        body: items.map(status => call.render.status(repository, status)),
      };
    },
  },
};

function repositoryOf({ state, path }: StandInCall) {
  return state.repository(`${path.owner}/${path.repo}`);
}
