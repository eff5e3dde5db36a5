/** A session as the emulator sees it. */
export interface EmulatorSession {
  id: string;
  status: string;
  statusReason: string | null;
  userId: string | null;
  connections: number;
}

const OVER = ['TERMINATING', 'TERMINATED', 'ERROR'];
export const isOver = (status: string): boolean => OVER.includes(status);
