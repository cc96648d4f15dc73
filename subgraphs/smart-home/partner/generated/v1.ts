/** Generated from `openapi/v1.yaml` by `npm run generate`. Do not edit. */
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
        /** A device changed; how, is told by queryDevices. Signed by the Standard Webhooks specification with the company's key. Motion sensors aren't told of. */
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
            /** Format: date-time */
            acceptedAt: string;
            companyId: string;
            id: string;
            /** @description The key that it was ordered with */
            idempotencyKey: string;
            /** @enum {string} */
            reason?: "device-offline" | "not-supported" | "out-of-range";
            residenceRef: components["schemas"]["ResidenceRef"];
            /** @enum {string} */
            status: "accepted" | "done" | "failed";
            target: string;
        };
        Device: {
            battery: number | null;
            companyId: string;
            id: string;
            /** @enum {string} */
            kind: "door-lock" | "light" | "thermostat" | "leak-sensor" | "motion-sensor" | "water-valve" | "smart-meter";
            label: string;
            online: boolean;
            /** @description Of a motion sensor: a Presence, encrypted. */
            presence?: components["schemas"]["Jwe"];
            residenceRef: components["schemas"]["ResidenceRef"];
            state: components["schemas"]["DeviceState"];
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
            residenceRef: components["schemas"]["ResidenceRef"];
            /** @description Counts the changes of the device. */
            sequence: number;
            /** @constant */
            type: "device.changed";
        };
        DeviceEvent: {
            companyId: string;
            /** @description A DeviceEventDetail, encrypted. */
            detail: components["schemas"]["Jwe"];
            deviceId: string;
            id: string;
            residenceRef: components["schemas"]["ResidenceRef"];
        };
        DeviceEventDetail: {
            /** @enum {string} */
            kind: "locked" | "unlocked" | "motion";
            /** Format: date-time */
            occurredAt: string;
        };
        DevicePage: {
            items: components["schemas"]["Device"][];
            nextCursor?: string;
        };
        /** @description Only the properties of the device's kind are there. A light always has `on`, a thermostat both temperatures in degrees Celsius, a leak sensor `leaking`, a water valve `open`, a smart meter `powerWatts`. */
        DeviceState: {
            brightness?: number | null;
            leaking?: boolean;
            locked?: boolean | null;
            on?: boolean;
            open?: boolean;
            powerWatts?: number;
            targetTemperature?: number;
            temperature?: number;
        };
        Jwe: string;
        Presence: {
            /** Format: date-time */
            lastMotionAt: string | null;
            occupied: boolean;
        };
        Problem: {
            status: number;
            title: string;
            /** @example idempotency-key-reused */
            type?: string;
        };
        /** @description The operator's own key of a residence */
        ResidenceRef: string;
        Scene: {
            companyId: string;
            id: string;
            label: string;
            residenceRef: components["schemas"]["ResidenceRef"];
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
                "Idempotency-Key": string;
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    action: "lock" | "unlock" | "switch" | "set-temperature" | "close" | "run";
                    brightness?: number;
                    on?: boolean;
                    /** @description Id of a device or scene */
                    target: string;
                    temperature?: number;
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
                    idempotencyKeys: string[];
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
                    "application/json": {
                        items: components["schemas"]["Command"][];
                    };
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
                    devices: string[];
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
                    "application/json": {
                        items: components["schemas"]["DeviceEvent"][];
                    };
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
                    cursor?: string;
                    ids?: string[];
                    /** @default 100 */
                    limit?: number;
                    residences?: components["schemas"]["ResidenceRef"][];
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
                    ids?: string[];
                    residences?: components["schemas"]["ResidenceRef"][];
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
                    "application/json": {
                        items: components["schemas"]["Scene"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
