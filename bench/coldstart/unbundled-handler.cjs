// What a function looks like that nobody has thought about: CommonJS, not bundled, the whole SDK client and a logger.
// It has no table, so it loads less than a reconnect needs.
const { Logger } = require('@aws-lambda-powertools/logger');
const { GameLiftStreams } = require('@aws-sdk/client-gameliftstreams');

const logger = new Logger();
const client = new GameLiftStreams({});

exports.handler = async (event) => {
  const { streamGroupId, streamSessionId } = event.pathParameters;
  const { SignalResponse } = await client.createStreamSessionConnection({
    Identifier: streamGroupId,
    StreamSessionIdentifier: streamSessionId,
    SignalRequest: JSON.parse(event.body).signalRequest,
  });
  logger.info('connected', { streamSessionId });
  return { statusCode: 201, body: JSON.stringify({ signalResponse: SignalResponse }) };
};
