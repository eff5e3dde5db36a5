import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The members of CreateStreamSessionAdminShell's output. */
export interface AdminShellCredentials {
  SessionId: string;
  StreamUrl: string;
  TokenValue: string;
}

export interface TicketOptions {
  region: string;
  /** Where the emulator answers WebSockets, such as `ws://127.0.0.1:4566`. */
  url: () => string;
  settings: () => {
    adminShellTokenSeconds: number;
    adminShellSingleUse: boolean;
    adminShellStreamUrl: 'presigned' | 'plain';
  };
  /** Epoch milliseconds. */
  now?: () => number;
}

/** The credentials that were issued, kept while they are valid. */
export interface Tickets<Subject> {
  issue(subject: Subject): AdminShellCredentials;
  /** Checks a requested StreamUrl (path and query). @returns its session id; undefined for an unknown or expired one */
  admit(target: string): string | undefined;
  /** @returns the subject of a token; undefined for a wrong, expired or used one. Takes the same time for all. */
  redeem(sessionId: string, tokenValue: string): Subject | undefined;
}

interface Ticket<Subject> {
  subject: Subject;
  issuedAt: number;
  tokenDigest: Buffer;
  /** Digest of the signature in a presigned URL; of the empty text for a plain one. */
  signatureDigest: Buffer;
  used: boolean;
}

const PATH = '/v1/data-channel/';
/** 300 characters of base64; AWS allows 1024. */
const TOKEN_BYTES = 225;

const digest = (text: string) => createHash('sha256').update(text).digest();
/** Compared with an unknown session's values, so that it takes the same time. */
const NO_DIGEST = digest(randomBytes(32).toString('hex'));

/** A query like that of a URL that AWS has signed. Its signature is a random value, which is as hard to guess. */
function presigned(signature: string, region: string, issuedAt: number, seconds: number): string {
  const date = new Date(issuedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `EMULATOR/${date.slice(0, 8)}/${region}/ssmmessages/aws4_request`;
  return new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': scope,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(Math.ceil(seconds)),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': signature,
  }).toString();
}

export function createTickets<Subject>({ now = Date.now, ...options }: TicketOptions): Tickets<Subject> {
  const tickets = new Map<string, Ticket<Subject>>();
  const isValid = ({ issuedAt }: Ticket<Subject>) =>
    now() - issuedAt < options.settings().adminShellTokenSeconds * 1000;

  return {
    issue: (subject) => {
      for (const [id, ticket] of tickets) if (!isValid(ticket)) tickets.delete(id);
      const { adminShellStreamUrl, adminShellTokenSeconds } = options.settings();
      const issuedAt = now();
      const sessionId = `admin-shell-${randomBytes(9).toString('hex')}`;
      const tokenValue = randomBytes(TOKEN_BYTES).toString('base64');
      const signature = adminShellStreamUrl === 'presigned' ? randomBytes(32).toString('hex') : '';
      tickets.set(sessionId, {
        subject,
        issuedAt,
        tokenDigest: digest(tokenValue),
        signatureDigest: digest(signature),
        used: false,
      });
      const query = signature && `&${presigned(signature, options.region, issuedAt, adminShellTokenSeconds)}`;
      return {
        SessionId: sessionId,
        StreamUrl: `${options.url()}${PATH}${sessionId}?role=publish_subscribe${query}`,
        TokenValue: tokenValue,
      };
    },
    admit: (target) => {
      const [path = '', query = ''] = target.split('?', 2);
      const sessionId = path.startsWith(PATH) ? path.slice(PATH.length) : '';
      const ticket = tickets.get(sessionId);
      const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? '';
      const isSigned = timingSafeEqual(digest(signature), ticket?.signatureDigest ?? NO_DIGEST);
      return ticket && isSigned && isValid(ticket) ? sessionId : undefined;
    },
    redeem: (sessionId, tokenValue) => {
      const ticket = tickets.get(sessionId);
      const isToken = timingSafeEqual(digest(tokenValue), ticket?.tokenDigest ?? NO_DIGEST);
      if (!ticket || !isToken || !isValid(ticket)) return undefined;
      if (ticket.used && options.settings().adminShellSingleUse) return undefined;
      ticket.used = true;
      return ticket.subject;
    },
  };
}
