using System.Text.Unicode;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Validation;
using CsvHelper;

namespace CloudNative.ApiService.Customers;

/// <summary>A row of the table.</summary>
/// <param name="Line">The line of the file where it begins; the header is on the first.</param>
/// <param name="Definition">What it says.</param>
internal sealed record CustomerLine(long Line, CustomerDefinition Definition)
{
    /// <summary>The key and the subject keys, and the column of each.</summary>
    public IEnumerable<(string Name, string Column)> Names => (Definition.UsageAttribution?.SubjectKeys ?? [])
        .Select(subject => (Name: subject, Column: CustomerTable.SubjectKeys))
        .Prepend((Name: Definition.Key ?? "", Column: "key"))
        .Where(cell => cell.Name.Length > 0);

    /// <summary>How errors name a column, and the place in it, in this row.</summary>
    public string Field(string column) => FieldOf(Line, column);

    public static string FieldOf(long line, string column) => $"[line {line}].{column}";
}

/// <summary>Reads customers from CSV (RFC 4180, UTF-8, with a header), and finds everything that is wrong with the file itself.</summary>
internal sealed class CustomerTableReader
{
    public const int MaxRows = 5_000;

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',', TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw,
    };

    private readonly ICollection<FieldError> _errors;
    private readonly Dictionary<string, (long Line, string Column)> _names = new(StringComparer.Ordinal);

    private CustomerTableReader(ICollection<FieldError> errors) => _errors = errors;

    /// <summary>The rows; what is wrong with any of them is added to the errors.</summary>
    public static IReadOnlyList<CustomerLine> Read(ReadOnlyMemory<byte> body, ICollection<FieldError> errors)
    {
        var reader = new CustomerTableReader(errors);
        if (body.IsEmpty)
            reader.Add(JsonErrors.Body, ErrorCodes.Required, "A CSV body with a header is needed.");
        else if (!Utf8.IsValid(body.Span))
            reader.Add(JsonErrors.Body, ErrorCodes.Invalid, "The body is not valid UTF-8.");
        else
            return reader.ReadRows(body);
        return [];
    }

    private List<CustomerLine> ReadRows(ReadOnlyMemory<byte> body)
    {
        var rows = new List<CustomerLine>();
        try
        {
            using var csv = CsvReader.Create(body, Options);
            csv.ReadHeader();
            var columns = csv.Headers.ToList();
            if (!CheckHeader(columns))
                return rows;
            while (csv.Read())
            {
                if (rows.Count == MaxRows)
                {
                    Add(JsonErrors.Body, ErrorCodes.TooMany, $"At most {MaxRows} customers at once.");
                    break;
                }

                rows.Add(ReadRow(csv, columns));
            }
        }
        catch (CsvFormatException e)
        {
            Add($"[line {e.LineNumber}]", ErrorCodes.Invalid, "Malformed CSV: a quote stands where none may, or is not closed. What follows was not read.");
        }

        return rows;
    }

    private bool CheckHeader(List<string> columns)
    {
        var before = _errors.Count;
        foreach (var (column, count) in columns.CountBy(column => column))
        {
            if (!CustomerTable.Columns.Contains(column))
                Add(CustomerLine.FieldOf(1, column), ErrorCodes.Unknown, $"There is no such column; known are {string.Join(", ", CustomerTable.Columns)}.");
            else if (count > 1)
                Add(CustomerLine.FieldOf(1, column), ErrorCodes.Invalid, "The column stands twice.");
        }

        if (!columns.Contains("name"))
            Add(CustomerLine.FieldOf(1, "name"), ErrorCodes.Required, "The first line must name the columns, and this one among them.");
        return _errors.Count == before;
    }

    private CustomerLine ReadRow(CsvReader csv, List<string> columns)
    {
        var line = csv.LineNumber;
        var errors = new List<FieldError>();
        if (csv.FieldCount != columns.Count)
            Add($"[line {line}]", ErrorCodes.Invalid, $"Has {csv.FieldCount} cells, and the header {columns.Count}.");
        var definition = CustomerTable.FromCells(
            column => columns.IndexOf(column) is >= 0 and var i && i < csv.FieldCount && csv.GetString(i) is { Length: > 0 } cell ? cell : null,
            (column, expected) => errors.Add(new FieldError(column == CustomerTable.Metadata ? column : "usageAttribution.subjectKeys", ErrorCodes.Invalid, expected)));
        var row = new CustomerLine(line, definition);
        CustomerValidator.IsGood(definition, errors);
        foreach (var error in errors)
            Add(row.Field(CustomerTable.ColumnOf(error.Field)), error.Code, error.Message);
        CheckNames(row);
        return row;
    }

    /// <summary>No name may stand in two rows.</summary>
    private void CheckNames(CustomerLine row)
    {
        foreach (var (name, column) in row.Names)
        {
            if (!_names.TryAdd(name, (row.Line, column)) && _names[name].Line != row.Line)
                Add(row.Field(column), ErrorCodes.Invalid, $"'{name}' stands in line {_names[name].Line}, too; a key or a subject belongs to one customer only.");
        }
    }

    private void Add(string field, string code, string message) => _errors.Add(new FieldError(field, code, message));
}
