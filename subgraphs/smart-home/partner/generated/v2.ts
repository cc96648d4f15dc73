/** Generated from `openapi/v2.yaml` by `npm run generate`. Do not edit. */
export interface paths {
    "/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Orders something of a device or a scene; repeated with the same key, it is carried out once. */
        post: operations["createCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Commands by the keys that they were ordered with; a key that never arrived has none. */
        post: operations["queryCommands"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device-events/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What devices saw, newest first, up to a number for each device. */
        post: operations["queryDeviceEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device-states/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What devices tell of themselves now. */
        post: operations["queryDeviceStates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Devices by residence or by id, in the order of their ids. */
        post: operations["queryDevices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scenes/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Scenes by residence or by id. */
        post: operations["queryScenes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "device.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A device changed; how, is told by the API. Signed by the Standard Webhooks specification with the company's key. Motion sensors aren't told of. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DeviceChanged"];
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
        Command: {
            /** @enum {string} */
            cause?: "OFFLINE" | "UNSUPPORTED" | "OUT_OF_RANGE";
            companyId: string;
            id: components["schemas"]["Ref"];
            /** @description The idempotency key that it was ordered with. */
            key: string;
            /** @enum {string} */
            outcome: "PENDING" | "SUCCEEDED" | "FAILED";
            residence: components["schemas"]["Ref"];
            subject: components["schemas"]["Ref"];
            /** Format: date-time */
            takenAt: string;
        };
        CommandList: {
            items: components["schemas"]["Command"][];
        };
        Device: {
            batteryPermille: number | null;
            /** @enum {string} */
            category: "LOCK" | "LAMP" | "CLIMATE" | "LEAK" | "MOTION" | "VALVE" | "METER";
            companyId: string;
            /** @enum {string} */
            connectivity: "ONLINE" | "OFFLINE";
            displayName: string;
            id: components["schemas"]["Ref"];
            /** @description Of a motion sensor: a Presence, encrypted. */
            presence?: components["schemas"]["Jwe"];
            residence: components["schemas"]["Ref"];
        };
        DeviceChanged: {
            /** @enum {string} */
            alarm?: "leak" | "lock";
            companyId: string;
            deviceId: string;
            /** @enum {string} */
            deviceKind: "door-lock" | "light" | "thermostat" | "leak-sensor" | "water-valve" | "smart-meter";
            /** Format: date-time */
            occurredAt: string;
            residenceRef: string;
            /** @description Counts the changes of the device. */
            sequence: number;
            /** @constant */
            type: "device.changed";
        };
        DeviceEvent: {
            companyId: string;
            /** @description A DeviceEventDetail, encrypted. */
            detail: components["schemas"]["Jwe"];
            device: components["schemas"]["Ref"];
            id: components["schemas"]["Ref"];
            residence: components["schemas"]["Ref"];
        };
        DeviceEventDetail: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            type: "LOCKED" | "UNLOCKED" | "MOVEMENT";
        };
        DeviceEventList: {
            items: components["schemas"]["DeviceEvent"][];
        };
        DevicePage: {
            items: components["schemas"]["Device"][];
            /** @description Where the next page begins; null on the last one. */
            next: null | {
                after: components["schemas"]["Ref"];
            };
        };
        DeviceState: {
            /** @enum {string} */
            bolt?: "CLOSED" | "OPEN" | "UNKNOWN";
            brightnessPermille?: number | null;
            centiCelsius?: number;
            companyId: string;
            device: components["schemas"]["Ref"];
            flows?: boolean;
            lit?: boolean;
            milliwatts?: number;
            targetCentiCelsius?: number;
            wet?: boolean;
        };
        DeviceStateList: {
            items: components["schemas"]["DeviceState"][];
        };
        Jwe: string;
        Presence: {
            /** Format: date-time */
            lastMovementAt: string | null;
            present: boolean;
        };
        Problem: {
            status: number;
            title: string;
            /** @example idempotency-key-reused */
            type?: string;
        };
        Ref: {
            value: string;
        };
        Scene: {
            companyId: string;
            id: components["schemas"]["Ref"];
            residence: components["schemas"]["Ref"];
            title: string;
        };
        SceneList: {
            items: components["schemas"]["Scene"][];
        };
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
    createCommand: {
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
                    brightnessPermille?: number;
                    centiCelsius?: number;
                    on?: boolean;
                    subject: components["schemas"]["Ref"];
                    /** @enum {string} */
                    verb: "LOCK" | "UNLOCK" | "SWITCH" | "SET_TEMPERATURE" | "CLOSE" | "RUN";
                };
            };
        };
        responses: {
            /** @description The command was taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryCommands: {
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
                    keys: string[];
                };
            };
        };
        responses: {
            /** @description The commands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryDeviceEvents: {
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
            /** @description The events of each device. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceEventList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryDeviceStates: {
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
                };
            };
        };
        responses: {
            /** @description The states. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStateList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryDevices: {
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
                    after?: components["schemas"]["Ref"];
                    ids?: components["schemas"]["Ref"][];
                    residences?: components["schemas"]["Ref"][];
                    /** @default 100 */
                    size?: number;
                };
            };
        };
        responses: {
            /** @description A page of devices. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryScenes: {
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
            /** @description The scenes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SceneList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
