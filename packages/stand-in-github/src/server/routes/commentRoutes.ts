import type { StandInComment } from '../model';
import { pageOf } from '../pageOf';
import type { NeededPermission } from '../permissions';
import { Refusal } from '../Refusal';
import { STAND_IN_PERSON } from '../Renderer';
import type { StandInCall } from '../StandInCall';
import type { StandInRoute } from '../StandInRoute';

const COMMENTS = ['issues', 'pull_requests'];
const READ: NeededPermission = { anyOf: COMMENTS, access: 'read' };
const WRITE: NeededPermission = { anyOf: COMMENTS, access: 'write' };

const MAX_BODY_LENGTH = 65_536;

/** Comments on pull requests, which GitHub keeps with its issues. */
export const commentRoutes: Record<string, StandInRoute> = {
  'get /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    caller: 'token',
    permission: READ,
    handle: call => {
      const repository = repositoryOf(call);
      const { number } = pullRequestOf(call);
      const { items, headers } = pageOf(
        call,
        repository.comments.filter(comment => comment.number === number),
      );
      return {
        status: 200,
        headers,
        body: items.map(comment => call.render.comment(repository, comment)),
      };
    },
  },

  'post /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    caller: 'token',
    permission: WRITE,
    handle: call => {
      const repository = repositoryOf(call);
      const { number, locked } = pullRequestOf(call);
      if (locked) {
        throw new Refusal(
          403,
          'Unable to create comment because issue is locked.',
        );
      }
      const { state, token } = call;
      const comment: StandInComment = {
        id: state.nextId(),
        number,
        body: bodyOf(call),
        author: token?.installation
          ? { type: 'app' }
          : { type: 'user', login: STAND_IN_PERSON.login },
        createdAt: state.timestamp(),
        updatedAt: state.timestamp(),
      };
      repository.comments.push(comment);
      const body = call.render.comment(repository, comment);
      return { status: 201, body, headers: { location: body.url } };
    },
  },

  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    caller: 'token',
    permission: WRITE,
    handle: call => {
      const repository = repositoryOf(call);
      const comment = repository.comments.find(
        candidate => candidate.id === Number(call.path.comment_id),
      );
      if (!comment) {
        throw new Refusal(404, 'Not Found');
      }
      comment.body = bodyOf(call);
      comment.updatedAt = call.state.timestamp();
      return { status: 200, body: call.render.comment(repository, comment) };
    },
  },
};

function repositoryOf({ state, path }: StandInCall) {
  return state.repository(`${path.owner}/${path.repo}`);
}

function pullRequestOf(call: StandInCall) {
  return call.state.pullRequest(
    repositoryOf(call),
    Number(call.path.issue_number),
  );
}

function bodyOf({ body }: StandInCall): string {
  const text = String(body.body);
  const problem =
    (text.trim() === '' && 'cannot be blank') ||
    ([...text].length > MAX_BODY_LENGTH &&
      `is too long (maximum is ${MAX_BODY_LENGTH} characters)`);
  if (problem) {
    throw new Refusal(422, 'Validation Failed', {
      errors: [
        {
          resource: 'IssueComment',
          code: 'unprocessable',
          field: 'data',
          message: `Body ${problem}`,
        },
      ],
    });
  }
  return text;
}
