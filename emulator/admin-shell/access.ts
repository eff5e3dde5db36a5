import { ServiceError } from '../model/errors.ts';
import { isFinished } from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';
import type { StreamSession } from '../sessions/stream-session.ts';

/**
 * Checks whether a session can give an admin shell now. Source of the statuses: API reference, CreateStreamSessionAdminShell.
 * @throws ServiceError StreamSessionAccessNotReadyException, or the error chosen for the session's status
 */
export function requireAccess(
  session: Pick<StreamSession, 'context' | 'life' | 'history'>,
  settings: Pick<Settings, 'adminShellReadySeconds' | 'adminShellWhileActivating' | 'adminShellWhenEnding'>,
  now: number,
): void {
  const { status } = session.life;
  const refuse = (name: ServiceError['name']) => {
    throw new ServiceError(
      name,
      name === 'StreamSessionAccessNotReadyException'
        ? `Stream session ${session.context.id} is not ready for access yet.`
        : name === 'ResourceNotFoundException'
          ? `Stream session ${session.context.id} was not found.`
          : `Stream session ${session.context.id} is ${status}: it cannot be accessed.`,
    );
  };
  if (status === 'ACTIVATING') refuse(settings.adminShellWhileActivating);
  if (status === 'TERMINATING' || isFinished(session.life)) refuse(settings.adminShellWhenEnding);
  const activeAt = session.history.firstActiveAt() ?? now;
  if (now - activeAt < settings.adminShellReadySeconds * 1000) refuse('StreamSessionAccessNotReadyException');
}
