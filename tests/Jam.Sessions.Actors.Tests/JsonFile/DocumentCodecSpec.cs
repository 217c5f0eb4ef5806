using System.Buffers;
using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Documents of any form: what is understood, what is kept byte by byte, and what a change touches.</summary>
public sealed class DocumentCodecSpec
{
    private static readonly Fernet Cipher = Fernet.FromKey("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", TimeProvider.System);
    private static readonly Fernet Other = Fernet.FromKey("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", TimeProvider.System);

    [Theory]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{\"a\": 1}", "created_at": 1795367285.296665}""", true)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1e+16}""", true)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": NaN}""", true)]
    [InlineData("""{"session_id": "i", "key": "k", "data": "{}", "created_at": 1.0}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "created_at": 1.0, "data": "{}"}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1.0, "more": []}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1.0, "": 1}""", false)]
    [InlineData("""{"key": "k", "key": "k", "session_id": "i", "data": "{}", "created_at": 1.0}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}"}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1.50}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": "1.5"}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": null}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": "\ud800", "created_at": 1.0}""", false)]
    [InlineData("""{"key": "k", "session_id": "i", "data": {}, "created_at": 1.0}""", false)]
    [InlineData("""{"key": "k", "session_id": null, "data": "{}", "created_at": 1.0}""", false)]
    [InlineData("""{"key": 5, "session_id": "i", "data": "{}", "created_at": 1.0}""", false)]
    [InlineData("""{"more": 1}""", false)]
    [InlineData("{}", false)]
    [InlineData("{ }", false)]
    public void A_document_that_nobody_changed_is_written_as_it_was_and_kept_as_text_only_where_jam_writes_another(string document, bool isJams)
    {
        var session = Read(document);
        Assert.Equal(isJams, session.Raw is null);
        Assert.Equal($"\"1\": {document}", Written(session));
    }

    [Theory]
    [InlineData("""{"key": "k", "session_id": "i", "data": "{}", "created_at": 1.5}""", "k", "i", "{}", 1.5)]
    [InlineData("""{"created_at": 2, "more": {"key": 1}, "data": "[]", "session_id": "i", "key": "k"}""", "k", "i", "[]", 2)]
    [InlineData("""{"k\u0065y": "k", "\u0073ession_id": "i"}""", "k", "i", "", double.NaN)]
    [InlineData("""{"key": 1, "session_id": 2, "data": 3, "created_at": "4"}""", "", "", "", double.NaN)]
    [InlineData("""{"key": "a", "key": "b", "session_id": "c", "session_id": "d", "data": "e", "data": "f"}""", "b", "d", "f", double.NaN)]
    [InlineData("""{"key": "a", "key": null, "session_id": "c", "session_id": null, "data": "e", "data": null}""", "", "", "", double.NaN)]
    public void Fields_are_found_wherever_they_stand_and_of_two_the_last_counts(string document, string key, string id, string data, double createdAt)
    {
        var session = Read(document);
        Assert.Equal((key, id, data, createdAt), (session.Key, session.Id, session.Data.Json, session.CreatedAtSeconds));
    }

    [Theory]
    [InlineData("""{"session_id": "i", "x": 1.50, "data": "{}" }""", """{"session_id": "new", "x": 1.50, "data": "[1]" }""")]
    [InlineData("""{"data" :"{}","x":[] , "session_id":"i"}""", """{"data" :"[1]","x":[] , "session_id":"new"}""")]
    [InlineData("""{"session_id": "i", "data": null}""", """{"session_id": "new", "data": "[1]"}""")]
    [InlineData("""{"session_id": "i", "x": 1}""", """{"session_id": "new", "x": 1, "data": "[1]"}""")]
    [InlineData("""{"x": {"session_id": "i"}}""", """{"x": {"session_id": "i"}, "data": "[1]"}""")]
    [InlineData("""{"data": "a", "data": "b"}""", """{"data": "[1]", "data": "[1]"}""")]
    [InlineData("{}", """{"data": "[1]"}""")]
    public void A_change_replaces_id_and_data_where_they_stand(string document, string changed) =>
        Assert.Equal($"\"1\": {changed}", Written(Read(document).WithId("new").WithData(SessionData.Stored("[1]"u8.ToArray()))));

    [Fact]
    public void A_new_id_alone_leaves_the_data_as_it_is_escaped() =>
        Assert.Equal(
            "\"1\": " + """{"session_id": "new", "data": "{\u0022a\u0022: \ud800}", "x": 1}""",
            Written(Read("""{"session_id": "i", "data": "{\u0022a\u0022: \ud800}", "x": 1}""").WithId("new")));

    [Theory]
    [InlineData("\"2\": null")]
    [InlineData("\"x\": {\"key\": \"k\", \"session_id\": \"i\"}")]
    [InlineData("\"1.0\" :[ 1.50]")]
    public void A_document_that_is_no_session_belongs_to_nobody_and_is_written_as_it_was(string member)
    {
        var session = ReadMember(member, new DocumentReader(null));
        Assert.Equal((true, "", ""), (session.IsOpaque, session.Key, session.Id));
        Assert.Same(SessionData.Unreadable, session.Data);
        Assert.Equal(member, Written(session));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("007", 7)]
    [InlineData(" 1\\n", 1)]
    [InlineData("\\u0031", 1)]
    [InlineData("+1", 1)]
    [InlineData("-1", -1)]
    [InlineData("1_000", 1000)]
    [InlineData("-1_0_0", -100)]
    [InlineData("4611686018427387903", 4611686018427387903)]
    [InlineData("-4611686018427387903", -4611686018427387903)]
    [InlineData("\u0663\u0664", 34)]
    [InlineData("1\u0967", 11)]
    [InlineData("\U0001D7D9", 1)]
    [InlineData("\u00B2", Document.NoDocumentId)]
    [InlineData("--1", Document.NoDocumentId)]
    [InlineData("_1", Document.NoDocumentId)]
    [InlineData("1_", Document.NoDocumentId)]
    [InlineData("1__0", Document.NoDocumentId)]
    [InlineData("+_1", Document.NoDocumentId)]
    [InlineData("-_1", Document.NoDocumentId)]
    [InlineData("", Document.NoDocumentId)]
    [InlineData("a", Document.NoDocumentId)]
    [InlineData("1.0", Document.NoDocumentId)]
    [InlineData("1e3", Document.NoDocumentId)]
    [InlineData("1,000", Document.NoDocumentId)]
    [InlineData("0x1", Document.NoDocumentId)]
    public void A_document_id_is_what_python_makes_a_number_of(string name, long id) =>
        Assert.Equal(id, DocumentId.Read(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("4611686018427387904")]
    [InlineData("-4611686018427387904")]
    [InlineData("99999999999999999999999999")]
    public void A_document_id_of_any_size_is_a_number_of_its_own_and_is_written_as_it_was(string name)
    {
        var document = ReadMember($$"""
            "{{name}}": {"key": "k", "session_id": "i", "data": "{}", "created_at": 1.5}
            """.Trim(), new DocumentReader(null));
        Assert.False(document.IsOpaque);
        Assert.Equal(document.DocumentId, DocumentId.Read(Encoding.ASCII.GetBytes($" {name} ")));
        Assert.StartsWith($"\"{name}\": ", Written(document), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_id_of_more_digits_than_python_reads_is_none()
    {
        Assert.NotEqual(Document.NoDocumentId, DocumentId.Read(Encoding.ASCII.GetBytes(new string('9', 4300))));
        Assert.Equal(Document.NoDocumentId, DocumentId.Read(Encoding.ASCII.GetBytes(new string('9', 4301))));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public void Keys_of_any_length_are_read(int length)
    {
        var key = new string('é', length / 2) + new string('x', length % 2);
        Assert.Equal(key, Read($$"""{"key": "{{key}}"}""").Key);
    }

    [Fact]
    public void Sessions_of_one_key_share_its_string()
    {
        var reader = new DocumentReader(null);
        Assert.Same(Read("""{"key": "user1"}""", reader).Key, Read("""{"key": "user1"}""", reader).Key);
        Assert.Equal("user2", Read("""{"key": "user2"}""", reader).Key);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("plain", null)]
    [InlineData("token", "/f holds encrypted sessions; set is-session-crypt = true and session-aes-secret. Nothing was written.")]
    [InlineData("plain token", "/f holds encrypted sessions; set is-session-crypt = true and session-aes-secret. Nothing was written.")]
    public void Without_a_secret_an_encrypted_file_is_refused(string data, string? refusal) => AssertRefused(new DocumentReader(null), data, refusal);

    [Theory]
    [InlineData("", null)]
    [InlineData("token", null)]
    [InlineData("token other", null)]
    [InlineData("token plain", null)]
    [InlineData("other", "/f was encrypted with another key than session-aes-secret. Nothing was written.")]
    [InlineData("other plain", "/f was encrypted with another key than session-aes-secret. Nothing was written.")]
    [InlineData("plain", "/f is not encrypted, and is-session-crypt is on. Set allow-plain-to-encrypted = on to encrypt it. Nothing was written.")]
    public void With_a_secret_a_file_is_refused_that_does_not_fit_it(string data, string? refusal)
    {
        AssertRefused(new DocumentReader(KeyRing.Of(Cipher)), data, refusal);
        if (data != "plain")
        {
            AssertRefused(new DocumentReader(KeyRing.Of(Cipher), Conversions.PlainToEncrypted), data, refusal);
        }
    }

    [Fact]
    public void Plain_data_is_encrypted_where_the_host_wants_it_in_documents_of_any_form()
    {
        foreach (var document in new[] { """{"key": "k", "session_id": "i", "data": "{}", "created_at": 1.5}""", """{"data": "{}", "x": 1}""" })
        {
            var codec = new DocumentCodec(KeyRing.Of(Cipher), Conversions.PlainToEncrypted);
            var reader = codec.NewReader();
            var session = Read(document, reader);
            Assert.Equal("its plain data is encrypted", reader.Conversion);
            Assert.Equal("{}", session.Data.Json);
            reader.Validate("/f");
            var written = Written(session, codec);
            Assert.StartsWith("\"1\": {", written, StringComparison.Ordinal);
            Assert.Contains("\"data\": \"J$_", written, StringComparison.Ordinal);
            Assert.Equal("{}", Read(written["\"1\": ".Length..], new DocumentReader(KeyRing.Of(Cipher))).Data.Json);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("other")]
    [InlineData("bytes")]
    public void Data_that_cannot_be_read_is_kept_as_it_is(string data)
    {
        var text = DataOf(data);
        var document = $$"""{"key": "k", "session_id": "i", "data": "{{text}}", "created_at": 1.5}""";
        var codec = new DocumentCodec(KeyRing.Of(Cipher));
        var reader = codec.NewReader();
        var session = Read(document, reader);
        Assert.Same(SessionData.Unreadable, session.Data);
        Assert.Null(reader.Conversion);
        Assert.Equal($"\"1\": {document}", Written(session, codec));
        Assert.Equal($"\"1\": {document.Replace("\"i\"", "\"new\"", StringComparison.Ordinal)}", Written(session.WithId("new"), codec));
    }

    [Fact]
    public void A_token_in_a_document_of_another_form_is_kept_until_its_data_changes()
    {
        var document = $$"""{"x": 1, "data": "{{DataOf("token")}}"}""";
        var codec = new DocumentCodec(KeyRing.Of(Cipher), Conversions.PlainToEncrypted);
        var reader = codec.NewReader();
        var session = Read(document, reader);
        Assert.Equal("{}", session.Data.Json);
        Assert.Null(reader.Conversion);
        Assert.Equal($"\"1\": {document}", Written(session, codec));
        var changed = Written(session.WithData(SessionData.From("""{"a":1}""")), codec);
        Assert.Equal("""{"a":1}""", Read(changed["\"1\": ".Length..], reader).Data.Json);
    }

    [Fact]
    public void Without_a_secret_nothing_is_to_be_encrypted()
    {
        var reader = new DocumentReader(null, Conversions.PlainToEncrypted);
        Read("""{"data": "{}"}""", reader);
        Assert.Null(reader.Conversion);
    }

    private static string DataOf(string kind) => kind switch
    {
        "token" => Encoding.ASCII.GetString(Cipher.Encrypt("{}"u8)),
        "other" => Encoding.ASCII.GetString(Other.Encrypt("{}"u8)),
        "bytes" => Encoding.ASCII.GetString(Cipher.Encrypt([0xFF])),
        _ => "{}",
    };

    private static void AssertRefused(DocumentReader reader, string data, string? refusal)
    {
        foreach (var kind in data.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Read($$"""{"data": "{{DataOf(kind)}}"}""", reader);
        }

        if (refusal is null)
        {
            reader.Validate("/f");
        }
        else
        {
            Assert.Equal(refusal, Assert.Throws<SessionSecretException>(() => reader.Validate("/f")).Message);
        }
    }

    private static Document Read(string document, DocumentReader? reader = null) => ReadMember($"\"1\": {document}", reader ?? new DocumentReader(null));

    private static Document ReadMember(string member, DocumentReader reader)
    {
        var bytes = Encoding.UTF8.GetBytes(member);
        var scanner = new JsonScanner(bytes);
        var name = scanner.TakeString();
        scanner.Take((byte)':');
        var session = reader.Read(bytes, 0, name, ref scanner);
        Assert.True(scanner.AtEnd());
        return session;
    }

    private static string Written(Document session, DocumentCodec? codec = null)
    {
        var output = new ArrayBufferWriter<byte>();
        (codec ?? new DocumentCodec(null)).Write(output, session);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
