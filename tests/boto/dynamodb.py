"""DynamoDB: tables, and items under the conditions a lock needs."""

LOCK = "pointsmanLock"


def run(harness):
    client = harness.client("dynamodb", "us-west-2")
    tables(harness, client)
    lease(harness, client)
    query(harness, client)
    refuse(harness, client)


def key(sort):
    return {"pk": {"S": "boto"}, "sk": {"S": sort}}


def tables(harness, client):
    names = client.list_tables()["TableNames"]
    first = client.list_tables(Limit=1)
    rest = client.list_tables(ExclusiveStartTableName=first["LastEvaluatedTableName"])
    harness.expect(first["TableNames"] + rest["TableNames"] == names, "pages of tables are not the whole")
    for name in names:
        table = client.describe_table(TableName=name)["Table"]
        harness.expect(len(table["Replicas"]) > 1, f"{name} has no replicas")
    strong = client.describe_table(TableName=LOCK)["Table"]["MultiRegionConsistency"]
    harness.expect(strong == "STRONG", f"the lock table is {strong}")


def lease(harness, client):
    def take(holder, now):
        return {
            "TableName": LOCK,
            "Key": key("lease"),
            "UpdateExpression": "SET holder = :me, expires = :until, n = if_not_exists(n, :zero) + :one REMOVE note ADD tags :tag",
            "ConditionExpression": "attribute_not_exists(pk) OR (expires < :now AND NOT holder = :me) OR holder = :me",
            "ExpressionAttributeValues": {
                ":me": {"S": holder},
                ":now": {"N": str(now)},
                ":until": {"N": str(now + 30)},
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
                ":tag": {"SS": [holder]},
            },
            "ReturnValues": "ALL_NEW",
            "ReturnConsumedCapacity": "TOTAL",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    client.update_item(**take("ana", 100))
    refused = harness.refuses("ConditionalCheckFailedException", client.update_item, **take("ben", 110))
    harness.expect(refused.get("Item", {}).get("holder") == {"S": "ana"}, "the refusal does not show the holder")
    taken = client.update_item(**take("ben", 131))["Attributes"]
    harness.expect(taken["n"] == {"N": "2"} and set(taken["tags"]["SS"]) == {"ana", "ben"}, f"the item is {taken}")
    read = client.get_item(TableName=LOCK, Key=key("lease"), ConsistentRead=True, ProjectionExpression="holder, #n",
                           ExpressionAttributeNames={"#n": "n"})
    harness.expect(read["Item"] == {"holder": {"S": "ben"}, "n": {"N": "2"}}, f"the projection is {read['Item']}")
    harness.expect("Item" not in client.get_item(TableName=LOCK, Key=key("none")), "an item from nowhere")
    old = client.delete_item(TableName=LOCK, Key=key("lease"), ReturnValues="ALL_OLD")
    harness.expect(old["Attributes"]["holder"] == {"S": "ben"}, "the deleted item is another")


def query(harness, client):
    for number in range(5):
        item = {**key(f"line#{number}"), "number": {"N": str(number)}, "odd": {"BOOL": number % 2 == 1}}
        client.put_item(TableName=LOCK, Item=item, ConditionExpression="attribute_not_exists(pk)")
    arguments = {
        "TableName": LOCK,
        "KeyConditionExpression": "pk = :p AND sk BETWEEN :a AND :b",
        "FilterExpression": "odd = :odd OR contains(sk, :three)",
        "ExpressionAttributeValues": {
            ":p": {"S": "boto"}, ":a": {"S": "line#0"}, ":b": {"S": "line#3"},
            ":odd": {"BOOL": False}, ":three": {"S": "3"},
        },
        "ScanIndexForward": False,
    }
    found = client.query(**arguments)
    harness.expect([item["number"]["N"] for item in found["Items"]] == ["3", "2", "0"], f"found {found['Items']}")
    page = client.query(Limit=2, **arguments)
    rest = client.query(ExclusiveStartKey=page["LastEvaluatedKey"], **arguments)
    harness.expect(page["Count"] + rest["Count"] == 3, "pages of a query lose items")
    count = client.query(Select="COUNT", **arguments)
    harness.expect(count["Count"] == 3 and "Items" not in count, "a count has items")


def refuse(harness, client):
    wrong = "ValidationException"
    update = {"TableName": LOCK, "Key": key("x")}
    one = {":v": {"N": "1"}}
    for expression in ("SET owner = :v", "SET a = :w", "SET a :v", "SET pk = :v", "SET a = b + :v", "GO a"):
        arguments = {"UpdateExpression": expression, "ExpressionAttributeValues": one, **update}
        harness.refuses(wrong, client.update_item, **arguments)
    harness.refuses(wrong, client.get_item, TableName=LOCK, Key={"pk": {"S": "x"}})
    harness.refuses(wrong, client.put_item, TableName=LOCK, Item={"pk": {"S": "x"}})
    harness.refuses(wrong, client.query, TableName=LOCK, KeyConditionExpression="sk = :v",
                    ExpressionAttributeValues={":v": {"S": "1"}})
    harness.refuses("ResourceNotFoundException", client.describe_table, TableName="none")
    harness.refuses("ResourceNotFoundException", client.get_item, TableName="none", Key=key("x"))
    harness.refuses("MissingAuthenticationTokenException", harness.unsigned("dynamodb").list_tables)
    harness.refuses("UnknownOperationException", client.list_backups)
