/** Generated from `openapi/v1.yaml` by `npm run generate`. Do not edit. */
export interface paths {
    "/accounts/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accounts with their meters, by residence or by account number. */
        post: operations["queryAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bills/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bills of accounts, newest first, up to a number for each account. */
        post: operations["queryBills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/changes/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the webhooks would tell, for those who don't take any: what happened after a cursor, or without one nothing but the cursor of now. */
        post: operations["queryChanges"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/charges/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Charges of accounts, newest first, up to a number for each account. */
        post: operations["queryCharges"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/consumption/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Consumption of each residence in each month; at most 24 months. */
        post: operations["queryConsumption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/meters/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Meters by residence or by id. */
        post: operations["queryMeters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/outages/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Outages that are going on or announced, by building, by residence affected or by id. */
        post: operations["queryOutages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submits readings, with a result for each; repeated with the same key, they are taken once. */
        post: operations["submitReadings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Readings of meters, newest first, up to a number for each meter. */
        post: operations["queryReadings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/service-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Creates a service request; repeated with the same key, it is created once. */
        post: operations["createServiceRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/service-requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a service request; repeated with the same key, it is changed once. */
        patch: operations["updateServiceRequest"];
        trace?: never;
    };
    "/service-requests/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Service requests by residence or by id, newest first. */
        post: operations["queryServiceRequests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "service-request.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A service request was made or changed; how, is told by queryServiceRequests. Signed by the Standard Webhooks specification with the company's key. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ServiceRequestChanged"];
                };
            };
            responses: {
                /** @description Taken. Anything but this and 409 is sent again. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Taken before. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Account: {
            companyId: string;
            id: string;
            /** @description An AccountPersonal, encrypted. */
            personal: components["schemas"]["Jwe"];
            residenceRef: components["schemas"]["ResidenceRef"];
        };
        AccountList: {
            items: components["schemas"]["Account"][];
        };
        AccountPersonal: {
            balance: components["schemas"]["Decimal"];
            holderName: string;
            number: string;
        };
        Bill: {
            accountId: string;
            amount: components["schemas"]["Decimal"];
            companyId: string;
            /** Format: date */
            dueOn: string;
            id: string;
            month: components["schemas"]["Month"];
            paid: boolean;
            residenceRef: components["schemas"]["ResidenceRef"];
        };
        BillList: {
            items: components["schemas"]["Bill"][];
        };
        ChangePage: {
            cursor: string;
            items: {
                companyId: string;
                event: components["schemas"]["ServiceRequestChanged"];
                /** @description The webhook's id. */
                id: string;
            }[];
            more: boolean;
        };
        Charge: {
            accountId: string;
            amount: components["schemas"]["Decimal"];
            companyId: string;
            id: string;
            month: components["schemas"]["Month"];
            residenceRef: components["schemas"]["ResidenceRef"];
            service: string;
        };
        ChargeList: {
            items: components["schemas"]["Charge"][];
        };
        Consumption: {
            amount: components["schemas"]["Decimal"];
            companyId: string;
            month: components["schemas"]["Month"];
            propertyRef: string;
            residenceRef: components["schemas"]["ResidenceRef"];
        };
        ConsumptionList: {
            items: components["schemas"]["Consumption"][];
        };
        Decimal: string;
        Jwe: string;
        Meter: {
            accountId: string;
            companyId: string;
            id: string;
            kind: components["schemas"]["MeterKind"];
            residenceRef: components["schemas"]["ResidenceRef"];
            serial: string;
            /** @description The smart-home partner's key of the device that reports for this meter */
            smartMeterRef?: string;
            /** Format: date */
            verifyBy: string;
            zones: number;
        };
        /** @enum {string} */
        MeterKind: "cold-water" | "hot-water" | "electricity" | "heat" | "gas";
        MeterList: {
            items: components["schemas"]["Meter"][];
        };
        Month: string;
        Outage: {
            companyId: string;
            /** Format: date-time */
            endsAt?: string | null;
            id: string;
            kind: components["schemas"]["MeterKind"];
            planned: boolean;
            propertyRef: string;
            /** Format: date-time */
            startsAt: string;
        };
        OutageList: {
            items: components["schemas"]["Outage"][];
        };
        Problem: {
            status: number;
            title: string;
            /** @example idempotency-key-reused */
            type?: string;
        };
        Reading: {
            companyId: string;
            id: string;
            meterId: string;
            /** @enum {string} */
            origin: "automatic" | "resident" | "operator";
            /** Format: date-time */
            readAt: string;
            residenceRef: components["schemas"]["ResidenceRef"];
            /** @enum {string} */
            status: "submitted" | "confirmed" | "rejected";
            zones: {
                value: components["schemas"]["Decimal"];
                zone: number;
            }[];
        };
        ReadingList: {
            items: components["schemas"]["Reading"][];
        };
        ReadingResult: {
            reading?: components["schemas"]["Reading"];
            /** @enum {string} */
            refusal?: "meter-not-found" | "below-last-reading" | "in-the-future" | "not-plausible";
        };
        /** @description The operator's own key of a residence */
        ResidenceRef: string;
        ServiceRequest: {
            /** @description The operator's key of a person. */
            assigneeRef?: string | null;
            category: components["schemas"]["ServiceRequestCategory"];
            companyId: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            deadline?: string | null;
            description: components["schemas"]["Jwe"];
            id: string;
            number: string;
            residenceRef: components["schemas"]["ResidenceRef"];
            status: components["schemas"]["ServiceRequestStatus"];
            /** Format: date-time */
            updatedAt?: string;
        };
        /** @enum {string} */
        ServiceRequestCategory: "plumbing" | "heating" | "electrical" | "access" | "other";
        ServiceRequestChanged: {
            companyId: string;
            /** Format: date-time */
            occurredAt: string;
            requestId: string;
            residenceRef: components["schemas"]["ResidenceRef"];
            /** @description Counts the changes of the service request. */
            sequence: number;
            /** @constant */
            type: "service-request.changed";
        };
        ServiceRequestPage: {
            items: components["schemas"]["ServiceRequest"][];
            nextCursor?: string;
        };
        /** @enum {string} */
        ServiceRequestStatus: "open" | "assigned" | "in-progress" | "done" | "cancelled";
    };
    responses: {
        /** @description What went wrong (RFC 9457). */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        IdempotencyKey: string;
        RequestId: string;
    };
    requestBodies: {
        OfAccounts: {
            content: {
                "application/json": {
                    accounts: string[];
                    limit: number;
                };
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    queryAccounts: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    residences?: components["schemas"]["ResidenceRef"][];
                };
            };
        };
        responses: {
            /** @description The accounts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryBills: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["OfAccounts"];
        responses: {
            /** @description The bills. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryChanges: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    cursor?: string;
                    /** @default 100 */
                    limit?: number;
                };
            };
        };
        responses: {
            /** @description Changes, the oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryCharges: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["OfAccounts"];
        responses: {
            /** @description The charges. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChargeList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryConsumption: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    from: components["schemas"]["Month"];
                    kind: components["schemas"]["MeterKind"];
                    residences: components["schemas"]["ResidenceRef"][];
                    to: components["schemas"]["Month"];
                };
            };
        };
        responses: {
            /** @description The consumption. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsumptionList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryMeters: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    residences?: components["schemas"]["ResidenceRef"][];
                };
            };
        };
        responses: {
            /** @description The meters. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryOutages: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    properties?: string[];
                    residences?: components["schemas"]["ResidenceRef"][];
                };
            };
        };
        responses: {
            /** @description The outages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutageList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    submitReadings: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    readings: {
                        meter: string;
                        /** @enum {string} */
                        origin: "resident" | "operator";
                        /** Format: date-time */
                        readAt: string;
                        value: components["schemas"]["Decimal"];
                        zone: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description A result for each reading, in the order in which they came. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["ReadingResult"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryReadings: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    limit: number;
                    meters: string[];
                };
            };
        };
        responses: {
            /** @description The readings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadingList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createServiceRequest: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    category: components["schemas"]["ServiceRequestCategory"];
                    description: components["schemas"]["Jwe"];
                    residenceRef: components["schemas"]["ResidenceRef"];
                };
            };
        };
        responses: {
            /** @description The service request. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceRequest"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateServiceRequest: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The operator's key of a person. */
                    assigneeRef?: string | null;
                    /** Format: date-time */
                    deadline?: string;
                    status?: components["schemas"]["ServiceRequestStatus"];
                };
            };
        };
        responses: {
            /** @description The service request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceRequest"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryServiceRequests: {
        parameters: {
            query?: never;
            header?: {
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    cursor?: string;
                    ids?: string[];
                    /** @default 100 */
                    limit?: number;
                    residences?: components["schemas"]["ResidenceRef"][];
                    status?: components["schemas"]["ServiceRequestStatus"];
                };
            };
        };
        responses: {
            /** @description A page of service requests. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceRequestPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
