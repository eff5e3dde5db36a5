/** A list price, US dollars in us-east-1 before any free tier or volume discount. */
export interface Price {
  dollars: number;
  /** The unit. */
  per: string;
  /** AWS's page. */
  source: string;
  /** When a publication last quoted this price. If none with a date was found, when the price entered this repository. */
  asOf: string;
}

/** All prices of a reconnect's bill. */
export const PRICES = {
  httpApiRequests: {
    dollars: 1,
    per: 'million requests of up to 512 KB',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    asOf: '2025-05-19',
  },
  lambdaRequests: {
    dollars: 0.2,
    per: 'million requests',
    source: 'https://aws.amazon.com/lambda/pricing/',
    asOf: '2025-12-02',
  },
  lambdaDuration: {
    dollars: 0.0000133334,
    per: 'GB-second, arm64',
    source: 'https://aws.amazon.com/lambda/pricing/',
    asOf: '2024-12-31',
  },
  tableWrites: {
    dollars: 0.625,
    per: 'million write request units, on demand',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    asOf: '2025-07-21',
  },
  tableReads: {
    dollars: 0.125,
    per: 'million read request units, on demand',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    asOf: '2025-07-21',
  },
  logs: {
    dollars: 0.5,
    per: 'GB taken in by CloudWatch Logs',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    asOf: '2026-06-13',
  },
  transferOut: {
    dollars: 0.09,
    per: 'GB sent to the internet',
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
    asOf: '2025-05-19',
  },
} as const satisfies Record<string, Price>;

/** The price of provisioned concurrency, used or not. Not part of a reconnect's bill. */
export const PROVISIONED_CONCURRENCY: Price = {
  dollars: 0.0000033334,
  per: 'GB-second of provisioned concurrency, arm64',
  source: 'https://aws.amazon.com/lambda/pricing/',
  asOf: '2026-10-05',
};

/** X-Ray: what Lambda records of requests. Not part of a reconnect's bill. */
export const TRACES: Price = {
  dollars: 5,
  per: 'million traces recorded',
  source: 'https://aws.amazon.com/xray/pricing/',
  asOf: '2026-11-27',
};

/** Cognito's plan ESSENTIALS, which is the default. The first players of an account are free. */
export const COGNITO = {
  dollars: 0.015,
  per: 'player and month, past the free ones',
  freePlayers: 10_000,
  source: 'https://aws.amazon.com/cognito/pricing/',
  asOf: '2026-11-27',
} as const satisfies Price & { freePlayers: number };

export type PriceName = keyof typeof PRICES;
