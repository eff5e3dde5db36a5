/** HTTP status of each error of the service. Source: API model; the last ones are AWS's common errors. */
const STATUS = {
  AccessDeniedException: 403,
  ConflictException: 409,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 402,
  StreamSessionAccessNotReadyException: 409,
  ThrottlingException: 429,
  ValidationException: 400,
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  SerializationException: 400,
  UnknownOperationException: 404,
} as const;

export type ErrorName = keyof typeof STATUS;

/** An error of the service: the exception's name and message. */
export class ServiceError extends Error {
  override readonly name: ErrorName;
  readonly status: number;

  constructor(name: ErrorName, message: string) {
    super(message);
    this.name = name;
    this.status = STATUS[name];
  }
}
