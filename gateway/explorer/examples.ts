/**
 * What people of each role may start from. An example asks only for what all of its roles may see, so that it comes back
 * without an error.
 */
import { parse, print } from 'graphql';
import type { Example } from './page-settings.ts';

/** @param now the examples about months ask for the last three whole ones before */
export function examplesAt(now: Date): readonly Example[] {
  return compactExamples(now).map((example) => ({ ...example, query: print(parse(example.query)) }));
}

function compactExamples(now: Date): readonly Example[] {
  return [
    {
      title: 'My home at a glance',
      roles: ['RESIDENT'],
      query: `query MyHome {
  residences(first: 5) {
    nodes {
      number
      floor
      property { name address }
      devices(first: 10) { nodes { __typename name reachable batteryPercent } }
      account { balanceEuros meters { kind serial nextVerificationOn } }
    }
  }
}`,
    },
    {
      title: 'My bills and charges',
      roles: ['RESIDENT'],
      query: `query MyBills {
  residences(first: 5) {
    nodes {
      number
      account {
        balanceEuros
        bills(first: 3) { month amountEuros dueOn paid }
        charges(first: 5) { month service amountEuros }
      }
    }
  }
}`,
    },
    {
      title: 'A residence across both partners',
      roles: ['DISPATCHER', 'TECHNICIAN', 'ANALYST'],
      query: `query ResidenceAcrossPartners {
  residences(first: 1) {
    nodes {
      number
      areaSquareMeters
      property { name }
      devices(first: 5) { nodes { __typename name reachable } }
      account { meters { kind serial nextVerificationOn } }
    }
  }
}`,
    },
    {
      title: 'Open service requests',
      roles: ['DISPATCHER', 'TECHNICIAN'],
      query: `query OpenServiceRequests {
  serviceRequests(status: OPEN, first: 10) {
    nodes { number category description deadline createdAt residence { number property { name } } }
    pageInfo { hasNextPage endCursor }
  }
}`,
    },
    {
      title: 'Service requests and their deadlines',
      roles: ['ANALYST'],
      query: `query ServiceRequests {
  serviceRequests(first: 50) {
    nodes { status category createdAt deadline }
    pageInfo { hasNextPage endCursor }
  }
}`,
    },
    {
      title: 'Devices and their batteries',
      roles: ['TECHNICIAN', 'DISPATCHER', 'ANALYST'],
      query: `query Batteries {
  devices(first: 20) {
    nodes { __typename name reachable batteryPercent source { partner fetchedAt stale } }
  }
}`,
    },
    {
      title: 'Outages by building',
      roles: ['RESIDENT', 'TECHNICIAN', 'DISPATCHER', 'ANALYST'],
      query: `query OutagesByBuilding {
  outages { kind planned startsAt endsAt property { name } }
}`,
    },
    {
      title: 'Consumption by building',
      roles: ['ANALYST', 'ACCOUNTANT'],
      query: `query ConsumptionByBuilding($input: ConsumptionStatisticsInput!) {
  consumptionStatistics(input: $input) {
    month
    property { name }
    residences
    averageConsumption
    suppressed
  }
}`,
      variables: { input: { kind: 'HEAT', from: monthBefore(now, 3), to: monthBefore(now, 1), byProperty: true } },
    },
    {
      title: 'Latest meter readings',
      roles: ['ANALYST', 'ACCOUNTANT'],
      query: `query LatestReadings {
  residences(first: 1) {
    nodes {
      number
      account { meters { kind serial readings(first: 3) { nodes { readAt status values { zone value } } } } }
    }
  }
}`,
    },
    {
      title: 'Balances and latest bills',
      roles: ['ACCOUNTANT'],
      query: `query Balances {
  residences(first: 1) {
    nodes {
      number
      account { number holderName balanceEuros bills(first: 3) { month amountEuros dueOn paid } }
    }
  }
}`,
    },
    {
      title: 'Buildings and who lives there',
      roles: ['DISPATCHER', 'COMPANY_ADMIN'],
      query: `query BuildingsAndOccupants {
  properties(first: 3) {
    nodes { name address residences(first: 3) { nodes { number floor occupants { name } } } }
  }
}`,
    },
    {
      title: 'Consents of residences',
      roles: ['RESIDENT', 'DISPATCHER', 'COMPANY_ADMIN'],
      query: `query Consents {
  residences(first: 5) {
    nodes { number consents { partner purpose since until withdrawnAt } }
  }
}`,
    },
    {
      title: 'Who holds which role',
      roles: ['SECURITY_OFFICER', 'COMPANY_ADMIN'],
      query: `query Grants {
  grants(first: 20) {
    nodes { role subject person { name } reason since until }
    pageInfo { hasNextPage endCursor }
  }
}`,
    },
    {
      title: 'People of the company',
      roles: ['SECURITY_OFFICER', 'COMPANY_ADMIN'],
      query: `query People {
  people(first: 20) {
    nodes { name email phone }
    pageInfo { hasNextPage endCursor }
  }
}`,
    },
    {
      title: 'My roles and rights',
      roles: [
        'RESIDENT',
        'DISPATCHER',
        'TECHNICIAN',
        'ACCOUNTANT',
        'ANALYST',
        'SECURITY_OFFICER',
        'INTEGRATION_MANAGER',
        'COMPANY_ADMIN',
      ],
      query: `query MyRights {
  me { subject roles scopes policies company { name } }
}`,
    },
  ];
}

/** Such as `2026-03`. */
function monthBefore(now: Date, months: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString().slice(0, 7);
}
