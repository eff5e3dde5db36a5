/** What Lambda loads: the handler, once it has rehearsed. Lambda waits for this before it hands over the first request. */
import { handler, rehearseReconnect } from './handler.ts';

await rehearseReconnect();

export { handler };
