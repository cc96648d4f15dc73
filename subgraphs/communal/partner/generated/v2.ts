/** Generated from `openapi/v2.yaml` by `npm run generate`. Do not edit. */
export interface paths {
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
    "/meter-devices/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which devices report for meters, by the meters' residence or id. */
        post: operations["queryMeterDevices"];
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
        /** Outages that are going on or announced, all or those that affect residences. */
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
    "/utility-accounts/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accounts by residence or by id. */
        post: operations["queryAccounts"];
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
            id: components["schemas"]["Ref"];
            /** @description An AccountPersonal, encrypted. */
            personal: components["schemas"]["Jwe"];
            residence: components["schemas"]["Ref"];
        };
        AccountList: {
            items: components["schemas"]["Account"][];
        };
        AccountPersonal: {
            accountNumber: string;
            balanceCents: number;
            holder: {
                name: string;
            };
        };
        Bill: {
            account: components["schemas"]["Ref"];
            cents: number;
            companyId: string;
            id: components["schemas"]["Ref"];
            /** Format: date */
            payableUntil: string;
            period: components["schemas"]["Period"];
            residence: components["schemas"]["Ref"];
            /** @enum {string} */
            state: "OPEN" | "PAID";
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
            account: components["schemas"]["Ref"];
            cents: number;
            companyId: string;
            id: components["schemas"]["Ref"];
            period: components["schemas"]["Period"];
            residence: components["schemas"]["Ref"];
            service: string;
        };
        ChargeList: {
            items: components["schemas"]["Charge"][];
        };
        Consumption: {
            companyId: string;
            period: components["schemas"]["Period"];
            property: components["schemas"]["Ref"];
            residence: components["schemas"]["Ref"];
            thousandths: number;
        };
        ConsumptionList: {
            items: components["schemas"]["Consumption"][];
        };
        Jwe: string;
        /** @enum {string} */
        Medium: "WATER_COLD" | "WATER_HOT" | "POWER" | "HEAT" | "GAS";
        Meter: {
            account: components["schemas"]["Ref"];
            companyId: string;
            id: components["schemas"]["Ref"];
            medium: components["schemas"]["Medium"];
            registers: number;
            residence: components["schemas"]["Ref"];
            serialNumber: string;
            /** Format: date */
            verificationDue: string;
        };
        MeterDevice: {
            companyId: string;
            /** @description The smart-home partner's key. */
            device: components["schemas"]["Ref"];
            meter: components["schemas"]["Ref"];
        };
        MeterDeviceList: {
            items: components["schemas"]["MeterDevice"][];
        };
        MeterList: {
            items: components["schemas"]["Meter"][];
        };
        Outage: {
            /** @enum {string} */
            cause: "PLANNED" | "FAULT";
            companyId: string;
            /** Format: date-time */
            from: string;
            id: components["schemas"]["Ref"];
            medium: components["schemas"]["Medium"];
            property: components["schemas"]["Ref"];
            /** Format: date-time */
            until?: string | null;
        };
        OutageList: {
            items: components["schemas"]["Outage"][];
        };
        Period: {
            month: number;
            year: number;
        };
        Problem: {
            status: number;
            title: string;
            /** @example idempotency-key-reused */
            type?: string;
        };
        Reading: {
            /** @enum {string} */
            channel: "REMOTE" | "TENANT" | "LANDLORD";
            companyId: string;
            id: components["schemas"]["Ref"];
            meter: components["schemas"]["Ref"];
            /** Format: date-time */
            recordedAt: string;
            registers: components["schemas"]["RegisterValue"][];
            residence: components["schemas"]["Ref"];
            /** @enum {string} */
            state: "PENDING" | "ACCEPTED" | "REFUSED";
        };
        ReadingList: {
            items: components["schemas"]["Reading"][];
        };
        ReadingResult: {
            reading?: components["schemas"]["Reading"];
            /** @enum {string} */
            refusal?: "UNKNOWN_METER" | "LOWER_THAN_LAST" | "TO_COME" | "IMPLAUSIBLE";
        };
        Ref: {
            value: string;
        };
        RegisterValue: {
            number: number;
            thousandths: number;
        };
        ServiceRequest: {
            assignee?: components["schemas"]["Ref"] | null;
            /** Format: date-time */
            changedAt?: string;
            companyId: string;
            description: components["schemas"]["Jwe"];
            /** Format: date-time */
            dueAt?: string | null;
            id: components["schemas"]["Ref"];
            /** Format: date-time */
            openedAt: string;
            reference: string;
            residence: components["schemas"]["Ref"];
            state: components["schemas"]["ServiceRequestState"];
            topic: components["schemas"]["Topic"];
        };
        ServiceRequestChanged: {
            companyId: string;
            /** Format: date-time */
            occurredAt: string;
            requestId: string;
            residenceRef: string;
            /** @description Counts the changes of the service request. */
            sequence: number;
            /** @constant */
            type: "service-request.changed";
        };
        ServiceRequestPage: {
            items: components["schemas"]["ServiceRequest"][];
            /** @description How many there are on all pages. */
            total: number;
        };
        /** @enum {string} */
        ServiceRequestState: "NEW" | "ASSIGNED" | "IN_WORK" | "CLOSED" | "WITHDRAWN";
        /** @enum {string} */
        Topic: "WATER" | "HEATING" | "POWER" | "ACCESS" | "OTHER";
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
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    queryBills: {
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
                    ids: components["schemas"]["Ref"][];
                    limit: number;
                };
            };
        };
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
        requestBody: {
            content: {
                "application/json": {
                    ids: components["schemas"]["Ref"][];
                    limit: number;
                };
            };
        };
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
                    from: components["schemas"]["Period"];
                    medium: components["schemas"]["Medium"];
                    residences: components["schemas"]["Ref"][];
                    until: components["schemas"]["Period"];
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
    queryMeterDevices: {
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
                    ids?: components["schemas"]["Ref"][];
                    residences?: components["schemas"]["Ref"][];
                };
            };
        };
        responses: {
            /** @description The devices; a meter without one is left out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterDeviceList"];
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
                    ids?: components["schemas"]["Ref"][];
                    residences?: components["schemas"]["Ref"][];
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
                    residences?: components["schemas"]["Ref"][];
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
                        /** @enum {string} */
                        channel: "TENANT" | "LANDLORD";
                        meter: components["schemas"]["Ref"];
                        /** Format: date-time */
                        recordedAt: string;
                        register: number;
                        thousandths: number;
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
                    ids: components["schemas"]["Ref"][];
                    limit: number;
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
                    description: components["schemas"]["Jwe"];
                    residence: components["schemas"]["Ref"];
                    topic: components["schemas"]["Topic"];
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
                    assignee?: components["schemas"]["Ref"] | null;
                    /** Format: date-time */
                    dueAt?: string;
                    state?: components["schemas"]["ServiceRequestState"];
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
                    ids?: components["schemas"]["Ref"][];
                    /** @default 100 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    residences?: components["schemas"]["Ref"][];
                    state?: components["schemas"]["ServiceRequestState"];
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
                    ids?: components["schemas"]["Ref"][];
                    residences?: components["schemas"]["Ref"][];
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
}
